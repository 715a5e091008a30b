"""How organisations come into networks, and leave them."""
