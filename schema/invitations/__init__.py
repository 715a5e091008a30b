"""Links by which people come into an organisation."""
