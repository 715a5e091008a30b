"""The search engines behind `services.search.ports`."""
