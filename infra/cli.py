"""The command line: `serra …`. Each command says what it does with `--help`."""

import json
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from infra.environment import load_settings
from infra.settings import Settings, SettingsError

if TYPE_CHECKING:
    from infra.parts import Parts

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Serra.")
SDL_FILE = Path(__file__).parents[1] / "schema" / "schema.graphql"


@app.command()
def run() -> None:
    """Start everything on this machine: databases, demo data, worker and service."""
    from infra.run import RunFailed, run_everything

    try:
        _in_loop(run_everything(_settings(), _say))
    except (RunFailed, SettingsError) as failed:
        _stop(str(failed))


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
        _in_loop(check_service_role(settings.database_url or ""))
    try:  # each process reads them anew; here their faults are told once
        trusted_documents(settings.trusted_documents, Documents(catalogue).read)
    except SettingsError as wrong:
        _stop(str(wrong))
    serve_with(settings)


@app.command()
def worker() -> None:
    """Run follow-ups: indexing, notices, releases, text extraction. Any number may run."""
    from infra.worker import WorkerEnded, work

    try:
        _in_loop(work(_production()))
    except WorkerEnded as ended:
        _stop(str(ended))


@app.command()
def migrate() -> None:
    """Bring the database up to date, as the role that owns it."""
    from infra.postgres.migrate import MigrationFailed
    from infra.postgres.migrate import migrate as bring_up_to_date

    settings = _production()
    try:
        _in_loop(bring_up_to_date(settings.database_owner_url or settings.database_url or ""))
    except MigrationFailed as failed:
        _stop(f"The database could not be brought up to date: {failed}")
    _say("The database is up to date.")


@app.command()
def schema(
    check: Annotated[bool, typer.Option("--check", help="Fail when schema/schema.graphql differs.")] = False,
) -> None:
    """Print the schema in GraphQL's schema definition language."""
    from schema import sdl

    if not check:
        sys.stdout.write(sdl())
    elif SDL_FILE.read_text(encoding="utf-8") != sdl():
        _stop("schema/schema.graphql is not what the code says. Run: make sdl")


Who = Annotated[str | None, typer.Option("--as", help="A demo person of .serra/demo.json, such as lab_editor.")]
Token = Annotated[str | None, typer.Option(envvar="SERRA_TOKEN", help="A personal token, instead of a demo person.")]
Url = Annotated[str | None, typer.Option(help="Where the service is; without it, where demo.json says.")]


@app.command(name="import")
def import_bundles(
    files: Annotated[list[Path], typer.Argument(help="Bundles in YAML, in the order in which they depend.")],
    token: Annotated[str, typer.Option(envvar="SERRA_TOKEN", help="A personal token with the scope WRITE.")],
    url: Url = None,
) -> None:
    """Load cases, rounds, practices and more from files, through the public API. May be repeated."""
    from infra.ask import service_url
    from infra.bundles import import_files

    if problems := _in_loop(import_files(url or service_url(_settings().data), token, files, _say)):
        _stop(f"There were {problems} problems; see above. Mend them and run it again: what is there is left alone.")


@app.command()
def ask(
    query: Annotated[str, typer.Argument(help="A GraphQL document.")],
    who: Who = None,
    variables: Annotated[str, typer.Option(help="Its variables, as JSON.")] = "{}",
    languages: Annotated[str | None, typer.Option(help="Accept-Language, such as nl,en.")] = None,
    pick: Annotated[str | None, typer.Option(help="Print only this part of the data, such as case.id.")] = None,
    token: Token = None,
    url: Url = None,
) -> None:
    """Ask the service a GraphQL question and print the answer."""
    from infra.ask import AskFailed, asker

    try:
        given = json.loads(variables)
    except ValueError:
        _stop('--variables is a JSON object, such as \'{"slug": "olen-service-vision"}\'.')
    try:
        _show(asker(_settings().data, who, token, url, languages).ask(query, given), pick)
    except AskFailed as failed:
        _stop(str(failed))


@app.command()
def upload(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file.")],
    title: Annotated[str, typer.Option(help="What it is called.")],
    media_type: Annotated[str, typer.Option(help="Its media type, such as text/csv.")],
    subject: Annotated[str, typer.Option(help="The global id of the case, round, practice or event it belongs to.")],
    who: Who = None,
    language: Annotated[str, typer.Option(help="The language of the title.")] = "en",
    kind: Annotated[str, typer.Option(help="REPORT, PROTOTYPE, TEMPLATE, VIDEO, RECORDING, DATA or OTHER.")] = "REPORT",
    token: Token = None,
    url: Url = None,
) -> None:
    """Upload a file, and have it verified."""
    from infra.ask import AskFailed, asker

    given = {
        "subject": subject,
        "title": [{"language": language, "text": title}],
        "kind": kind,
        "mediaType": media_type,
    }
    try:
        _show(asker(_settings().data, who, token, url, None).upload(file, given))
    except AskFailed as failed:
        _stop(str(failed))


@app.command()
def add_steward(name: Annotated[str, typer.Argument(help="Their name.")]) -> None:
    """Add somebody who may register organisations, networks and vocabularies, and print their token."""
    from infra.parts import open_parts
    from services.organisations.people import add_steward as add

    async def go() -> str:
        async with open_parts(_production()):
            return await add(name)

    _say(f"The token of {name}, shown this once:\n{_in_loop(go())}")


@app.command()
def reindex() -> None:
    """Bring the search index up to date with everything that can be searched."""
    from infra.parts import open_parts
    from services.search.search import index_everything

    async def go() -> int:
        async with open_parts(_production()) as parts:
            return await index_everything(parts.ports.search, lambda done: _say(f"  {done} indexed"))

    _say(f"{_in_loop(go())} things are in the index.")


@app.command()
def export_person(
    who: Annotated[str, typer.Argument(help="Their e-mail address, or their id.")],
    to: Annotated[Path | None, typer.Option(help="A new file that only you may read; without it, printed.")] = None,
) -> None:
    """Hand out everything that Serra holds about a person, as JSON (docs/privacy.md)."""
    from infra.privacy import export, write_private

    text = _with_parts(lambda _: export(who))
    if to is None:
        sys.stdout.write(text)
    elif not write_private(to, text):
        _stop(f"{to} is there already. Name a new file.")


@app.command()
def erase_person(
    who: Annotated[str, typer.Argument(help="Their e-mail address, or their id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Erase a person for good, and print the receipt. What they wrote for an organisation stays, without them."""
    from infra.privacy import erase

    if not yes:
        typer.confirm(f"Erase {who} for good? This cannot be undone", abort=True, err=True)
    _say(_with_parts(lambda _: erase(who)))


@app.command()
def erasures() -> None:
    """Print the receipts of all erasures, a line each: keep them beside every backup."""
    from infra.privacy import list_receipts

    for line in _with_parts(lambda _: list_receipts()):
        _say(line)


@app.command()
def erase_again(
    receipts: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `serra erasures` printed.")],
) -> None:
    """Erase those anew who came back with a restored backup, and print their new receipts."""
    from infra.privacy import erase_again as again

    lines = _with_parts(lambda _: again(receipts.read_text(encoding="utf-8").splitlines()))
    for line in lines:
        _say(line)
    _say(f"{len(lines)} had come back and are erased again." if lines else "Nobody had come back.")


@app.command()
def check_receipt(
    receipt: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file with one receipt.")],
) -> None:
    """Tell whether the log holds the erasure of a receipt, and whether the person is still erased."""
    from infra.privacy import check

    _with_parts(lambda _: check(receipt.read_text(encoding="utf-8")))
    _say("The log holds this erasure, word for word, and the person is erased.")


@app.command()
def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print how much would go.")] = False,
) -> None:
    """Let go of what has been kept for as long as was promised; the worker does so every night."""
    from infra.privacy import let_go, would_go

    counts = _with_parts(lambda parts: would_go(parts) if dry_run else let_go(parts, _say))
    for what, count in counts.items():
        _say(f"{what}: {count}")


audit = typer.Typer(no_args_is_help=True, help="The log: verify that nothing in it was changed, and export it.")
app.add_typer(audit, name="audit")
Expected = Annotated[
    str | None, typer.Option("--expect", help="The hash of a seal, kept since `audit head` printed it.")
]


@audit.command()
def head() -> None:
    """Print the hash of the newest seal, to be kept where nobody who can change the database can."""
    from infra.auditing import print_head

    _audited(print_head(_production().database_url or "", _say))


@audit.command()
def verify(
    expected: Expected = None,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="An export to verify, instead of the database.")
    ] = None,
) -> None:
    """Hold the log's lines against their seals, and each seal against the one before; end with 1 where one is wrong."""
    from infra.auditing import AuditFailed, verify_file
    from infra.auditing import verify as verify_database

    if file is None:
        _audited(verify_database(_production().database_url or "", expected, _say))
        return
    try:
        verify_file(file, expected, _say)
    except AuditFailed as failed:
        _stop(str(failed))


@audit.command()
def export(
    organisation: Annotated[str | None, typer.Option(help="Its slug; without it the whole log.")] = None,
    since: Annotated[str | None, typer.Option(help="Only from this instant on, such as 2026-03-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Only before this instant.")] = None,
) -> None:
    """Print lines of the log as JSON Lines, each with the proof that it was sealed: docs/audit.md."""
    from infra.auditing import export as export_lines

    _audited(export_lines(_production().database_url or "", organisation, since, until, sys.stdout))


def _audited(work: Coroutine[Any, Any, None]) -> None:
    from infra.auditing import AuditFailed

    try:
        _in_loop(work)
    except AuditFailed as failed:
        _stop(str(failed))


def main() -> None:
    """The entry point."""
    app()


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        _stop(str(error))


def _production() -> Settings:
    """Settings that name a database and a file store."""
    settings = _settings()
    if not settings.database_url or not settings.s3_endpoint:
        _stop(
            "Set SERRA_DATABASE_URL and SERRA_S3_ENDPOINT (docs/settings.md), or use `serra run`, which brings its own."
        )
    return settings


def _in_loop(work: Coroutine[Any, Any, T]) -> T:
    import uvloop

    from infra.postgres.roles import RoleRefused

    try:
        return uvloop.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except RoleRefused as refused:
        _stop(str(refused))


def _with_parts(work: "Callable[[Parts], Coroutine[Any, Any, T]]") -> T:
    """Do something with the parts that the settings name; a refusal is told in its own words."""
    from infra.parts import open_parts
    from services.errors import DomainError

    async def go() -> T:
        async with open_parts(_production()) as parts:
            return await work(parts)

    try:
        return _in_loop(go())
    except DomainError as refused:
        _stop("\n".join(problem.message for problem in refused.problems))


def _show(answer: dict[str, Any], pick: str | None = None) -> None:
    """Print an answer, or a part of it; the exit code says whether it holds errors."""
    payloads = [payload for payload in (answer.get("data") or {}).values() if isinstance(payload, dict)]
    if answer.get("errors") or any(payload.get("userErrors") for payload in payloads):
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=False), err=pick is not None)
        raise typer.Exit(1)
    shown: Any = answer
    for key in ["data", *pick.split(".")] if pick else []:
        try:
            shown = shown[int(key) if isinstance(shown, list) else key]
        except (KeyError, IndexError, ValueError, TypeError):
            _stop(f"The answer has no «{pick}»: there is no «{key}» in {json.dumps(shown, ensure_ascii=False)[:200]}")
    typer.echo(shown if isinstance(shown, str) else json.dumps(shown, indent=2, ensure_ascii=False))


def _say(line: str) -> None:
    typer.echo(line)


def _stop(line: str) -> NoReturn:
    typer.secho(line, err=True, fg="red" if sys.stderr.isatty() else None)
    raise typer.Exit(1)


if __name__ == "__main__":
    main()
