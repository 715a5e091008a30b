"""The values that settings take, and what stands above their page."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

INTRODUCTION = """\
# Settings

Serra is set by environment variables. A variable that is empty counts as not set; one that begins with `SERRA_` and
is not listed here stops the start, so that a misspelt name is not silently ignored. Without any of them Serra runs on
this machine alone, with its own PostgreSQL and file store in the data folder.

`SERRA_TOKEN` is no setting: it is the personal token with which `serra ask`, `serra upload` and `serra import` ask.

This page is printed by `python -m infra.settings`.

| Variable | Default | What it is | Takes |
| --- | --- | --- | --- |
"""
SHORTEST_SECRET = 32


def lower(value: object) -> object:
    """Letters that are all small; another value as it is."""
    return value.lower() if isinstance(value, str) else value


def full_path(value: Path) -> Path:
    """The path from the root."""
    return value.expanduser().absolute()


def web_address(value: str) -> str:
    """An address on the web, without a slash at its end. Raises ValueError."""
    parts = urlsplit(value)
    _ = parts.port  # raises ValueError where it is no number
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError
    return value.rstrip("/")


def database_address(value: str) -> str:
    """An address of a PostgreSQL database. Raises ValueError."""
    if urlsplit(value).scheme not in {"postgresql", "postgres"}:
        raise ValueError
    return value


def long_enough(value: SecretStr) -> SecretStr:
    """A secret that nobody guesses. Raises ValueError."""
    if len(value.get_secret_value()) < SHORTEST_SECRET:
        raise ValueError
    return value


def words(value: object) -> object:
    """What stands between commas, in small letters."""
    return [word.strip().lower() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def origins(value: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses without a path. Raises ValueError."""
    for one in value:
        if web_address(one) != one or urlsplit(one).path:
            raise ValueError
    return value


def own_address(known: dict[str, Any]) -> str:
    """Where this service is reached on its own machine, from the settings that are known already."""
    host, port = known["host"], known["port"]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
