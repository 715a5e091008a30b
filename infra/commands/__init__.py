"""The commands of `serra`, by what they work on; infra/cli.py puts them together, and holds those of the service."""
