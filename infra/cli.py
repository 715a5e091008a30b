"""The command line: `serra …`. Each command says what it does with `--help`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from infra.commands import audit, client, people
from infra.commands.terminal import client_settings, database_settings, in_loop, over_database, say, stop
from infra.environment import load_settings
from infra.settings import Settings, SettingsError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Serra.")
app.add_typer(client.app)
app.add_typer(people.app)
app.add_typer(audit.app, name="audit")
SDL_FILE = Path(__file__).parents[1] / "schema" / "schema.graphql"


@app.command()
def run() -> None:
    """Start everything on this machine: databases, demo data, worker and service."""
    from infra.run import RunFailed, run_everything

    try:
        in_loop(run_everything(_settings(), say))
    except (RunFailed, SettingsError) as failed:
        stop(str(failed))


@app.command()
def serve() -> None:
    """Start the service over the database and the file store that the settings name."""
    from infra.http.documents import Documents
    from infra.http.trusted import trusted_documents
    from infra.postgres.roles import check_service_role
    from infra.serve import serve_with
    from schema import catalogue

    settings = _production()
    if settings.environment == "production":  # as each process does; here it is told once
        in_loop(check_service_role(settings.database_url or ""))
    try:  # each process reads them anew; here their faults are told once
        trusted_documents(settings.trusted_documents, Documents(catalogue).read)
    except SettingsError as wrong:
        stop(str(wrong))
    serve_with(settings)


@app.command()
def worker() -> None:
    """Run follow-ups: indexing, notices, releases, text extraction. Any number may run."""
    from infra.worker import WorkerEnded, work

    try:
        in_loop(work(_production()))
    except WorkerEnded as ended:
        stop(str(ended))


@app.command()
def migrate() -> None:
    """Bring the database up to date, as the role that owns it."""
    from infra.postgres.migrate import MigrationFailed
    from infra.postgres.migrate import migrate as bring_up_to_date

    settings = client_settings()
    address = settings.database_owner_url or settings.database_url
    if not address:
        stop(
            "Set SERRA_DATABASE_URL, and SERRA_DATABASE_OWNER_URL to its owner's address (docs/operations.md)."
            " `make run` brings its own database up to date whenever it starts."
        )
    try:
        in_loop(bring_up_to_date(address))
    except MigrationFailed as failed:
        stop(f"The database could not be brought up to date: {failed}")
    say("The database is up to date.")


@app.command()
def schema(
    check: Annotated[bool, typer.Option("--check", help="Fail when schema/schema.graphql differs.")] = False,
) -> None:
    """Print the schema in GraphQL's schema definition language."""
    from schema import sdl

    if not check:
        sys.stdout.write(sdl())
    elif SDL_FILE.read_text(encoding="utf-8") != sdl():
        stop("schema/schema.graphql is not what the code says. Run: make sdl")


@app.command()
def add_steward(name: Annotated[str, typer.Argument(help="Their name.")]) -> None:
    """Add somebody who may register organisations, networks and vocabularies, and print their token."""
    from services.organisations.people import add_steward as add

    say(f"The token of {name}, shown this once:\n{over_database(lambda: add(name))}")


@app.command()
def reindex() -> None:
    """Bring the search index up to date with everything that can be searched."""
    from infra.parts import open_database, open_search
    from services.search.search import index_everything

    settings = database_settings()

    async def go() -> int:
        async with open_database(settings) as opened, open_search(settings, opened) as search:
            return await index_everything(search, lambda done: say(f"  {done} indexed"))

    say(f"{in_loop(go())} things are in the index.")


def main() -> None:
    """The entry point."""
    app()


def _production() -> Settings:
    """Settings that name a database and a file store."""
    settings = _settings()
    if not settings.database_url or not settings.s3_endpoint:
        stop(
            "Set SERRA_DATABASE_URL and SERRA_S3_ENDPOINT (docs/settings.md), or use `serra run`, which brings its own."
        )
    return settings


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        stop(str(error))


if __name__ == "__main__":
    main()
