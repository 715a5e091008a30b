"""The commands of `serra` that come in groups; infra/cli.py puts them together."""
