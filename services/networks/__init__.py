"""Who is in which network: how organisations come in by consent, what they are in it, and how they leave."""
