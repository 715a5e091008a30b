"""The settings of a process, read from its environment; what is wrong there is told in words."""

import difflib
import os
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from infra.embedded.errors import EmbeddedError
from infra.embedded.folder import private_folder, secret_of
from infra.setting_values import SHORTEST_SECRET
from infra.settings import PREFIX, Settings, SettingsError, missing_partners, told_of, variable_of

_LONGEST_ECHO = 80
FOR_CLIENTS = frozenset({f"{PREFIX}TOKEN"})
"""Of commands that ask a service as somebody; no settings."""


def load_settings() -> Settings:
    """The settings of this process's environment. Raises SettingsError.

    Without a database of its own the installation gets its signing key from the data folder, which is made for it.
    """
    generated = not _given() & {variable_of("secret"), variable_of("database_url")}
    settings = read_settings({"secret": "-" * SHORTEST_SECRET} if generated else {})
    if generated:
        try:
            kept = secret_of(private_folder(settings.data))
        except (EmbeddedError, OSError) as error:
            raise SettingsError(f"{variable_of('data')}: {error}") from error
        settings = settings.model_copy(update={"secret": SecretStr(kept)})
    return settings


def read_settings(instead: Mapping[str, Any]) -> Settings:
    """The settings of this process's environment, some of them given instead. Raises SettingsError."""
    given = _given()
    problems = list(_unknown(given))
    settings = None
    try:
        settings = Settings(**instead)
    except ValidationError as error:
        wrong = error.errors()
        problems += [line for detail in wrong for line in _lines(detail)]
        if all(detail["loc"] for detail in wrong):  # then pydantic has not asked for partners yet
            problems += missing_partners({name for name in Settings.model_fields if variable_of(name) in given})
    if settings is None or problems:
        raise SettingsError("\n".join(problems))
    return settings


def _given() -> set[str]:
    return {name.upper() for name, value in os.environ.items() if value}


def _unknown(given: set[str]) -> Iterator[str]:
    known = {name.upper(): variable_of(name) for name in Settings.model_fields}
    for name in sorted(given):
        if name.startswith(PREFIX) and name not in {*known.values(), *FOR_CLIENTS}:
            close = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1)
            hint = f"did you mean {known[close[0]]}?" if close else "docs/settings.md lists those that there are."
            yield f"{name}: there is no such setting; {hint}"


def _lines(detail: ErrorDetails) -> Iterator[str]:
    if not detail["loc"]:  # of the settings together: the validator wrote the lines
        yield from str(detail["ctx"]["error"]).splitlines()
        return
    named = str(detail["loc"][0])
    name = next(name for name in Settings.model_fields if named in {name, variable_of(name)})
    if detail["type"] == "default_factory_not_called":  # follows from another wrong value, which has its line
        return
    variable, takes = variable_of(name), told_of(name)["takes"]
    if detail["type"] == "missing":
        yield f"{variable}: is not set, but {variable_of('database_url')} is; it takes {takes}."
    else:
        yield f"{variable}: got {_echo(name, variable)}; it takes {takes}."


def _echo(name: str, variable: str) -> str:
    value = next((value for key, value in os.environ.items() if key.upper() == variable), "")
    field = Settings.model_fields[name]
    if not field.repr or "Secret" in str(field.annotation) or "@" in value:
        return "a value that is not shown here"
    return repr(value if len(value) <= _LONGEST_ECHO else f"{value[:_LONGEST_ECHO]}…")
