"""Public bodies and the people, networks and labs that belong to them."""
