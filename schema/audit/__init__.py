"""The log of an organisation's own things, for its ADMINs."""
