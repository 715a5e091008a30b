"""Peer reviews asked of people outside the owner's organisation."""
