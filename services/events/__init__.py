"""Workshops, seminars and congresses."""
