"""Sign-in by each organisation's own identity provider."""
