"""Adapters behind the domain's file store port, `services.artefacts.ports`."""
