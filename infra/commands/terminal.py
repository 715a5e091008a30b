"""What every command does: read its settings, run, tell, and end with a sentence instead of a traceback."""

import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from infra.settings import Settings

T = TypeVar("T")


def say(line: str) -> None:
    """Print a line."""
    typer.echo(line)


def tell(line: str) -> None:
    """Print a line for the person alone: what a command hands on goes elsewhere."""
    typer.echo(line, err=True)


def confirmed(question: str) -> bool:
    """Ask; only a yes is one. The question is for the person alone, as in `tell`."""
    typer.echo(f"{question} [y/N]: ", err=True, nl=False)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def stop(line: str, status: int = 1) -> NoReturn:
    """Tell what is wrong, and end."""
    typer.secho(line, err=True, fg="red" if sys.stderr.isatty() else None)
    raise typer.Exit(status)


def in_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run to its end; a database that cannot be worked on is told in its own words."""
    import uvloop

    from infra.postgres.away import DatabaseAway
    from infra.postgres.roles import RoleRefused

    try:
        return uvloop.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except (RoleRefused, DatabaseAway) as refused:
        stop(str(refused))


def over_database(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Do something with the database that is set, or that runs beside; a refusal is told in its own words."""
    from infra.parts import open_database
    from services.errors import DomainError

    settings = database_settings()

    async def go() -> T:
        async with open_database(settings):
            return await work()

    try:
        return in_loop(go())
    except DomainError as refused:
        stop("\n".join(problem.message for problem in refused.problems))


def database_settings() -> "Settings":
    """The Settings of a command that needs the database alone; ends where there is none."""
    from infra.beside import NothingRuns, command_settings
    from infra.settings import SettingsError

    try:
        return command_settings()
    except (NothingRuns, SettingsError) as missing:
        stop(str(missing))


def client_settings() -> "Settings":
    """The Settings of a command that speaks to a service or names a folder alone; ends where they are wrong."""
    from infra.beside import client_settings as read
    from infra.settings import SettingsError

    try:
        return read()
    except SettingsError as wrong:
        stop(str(wrong))
