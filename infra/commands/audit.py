"""The commands `serra audit …`."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from infra.commands.terminal import database_settings, in_loop, say, stop

app = typer.Typer(no_args_is_help=True, help="The log: verify that nothing in it was changed, and export it.")
Expected = Annotated[
    str | None, typer.Option("--expect", help="The hash of a seal, kept since `audit head` printed it.")
]


@app.command()
def head() -> None:
    """Print the hash of the newest seal, to be kept where nobody who can change the database can."""
    from infra.auditing import print_head

    _audited(lambda: in_loop(print_head(_database(), say)))


@app.command()
def verify(
    expected: Expected = None,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="An export to verify, instead of the database.")
    ] = None,
) -> None:
    """Hold the log's lines against their seals, and each seal against the one before.

    Ends with 1 where something is wrong, and with 3 where nothing is sealed: that proves nothing.
    """
    from infra.auditing import verify as verify_database
    from infra.auditing import verify_file

    if file is None:
        _audited(lambda: in_loop(verify_database(_database(), expected, say)))
    else:
        _audited(lambda: verify_file(file, expected, say))


@app.command()
def export(
    organisation: Annotated[str | None, typer.Option(help="Its slug; without it the whole log.")] = None,
    since: Annotated[str | None, typer.Option(help="Only from this instant on, such as 2026-03-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Only before this instant.")] = None,
) -> None:
    """Print lines of the log as JSON Lines, each with the proof that it was sealed: docs/audit.md."""
    from infra.auditing import export as export_lines

    _audited(lambda: in_loop(export_lines(_database(), organisation, since, until, sys.stdout)))


def _database() -> str:
    return database_settings().database_url or ""


def _audited(work: Callable[[], None]) -> None:
    from infra.auditing import AuditFailed

    try:
        work()
    except AuditFailed as failed:
        stop(str(failed), failed.status)
