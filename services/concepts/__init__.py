"""Controlled vocabularies, as SKOS concepts in six languages."""
