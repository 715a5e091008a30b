"""The commands that ask a service over its public API, as somebody who has a token."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.commands.terminal import client_settings, in_loop, say, stop

app = typer.Typer()
Who = Annotated[str | None, typer.Option("--as", help="A demo person of .serra/demo.json, such as lab_editor.")]
Token = Annotated[str | None, typer.Option(envvar="SERRA_TOKEN", help="A personal token, instead of a demo person.")]
Url = Annotated[str | None, typer.Option(help="Where the service is; without it, where demo.json says.")]


@app.command(name="import")
def import_bundles(
    files: Annotated[list[Path], typer.Argument(help="Bundles in YAML, in any order.")],
    token: Annotated[str, typer.Option(envvar="SERRA_TOKEN", help="A personal token with the scopes READ and WRITE.")],
    url: Url = None,
) -> None:
    """Load cases, rounds, practices and more from files, through the public API. May be repeated."""
    from infra.ask import service_url
    from infra.bundles import import_files

    if problems := in_loop(import_files(url or service_url(client_settings().data), token, files, say)):
        counted = "1 problem" if problems == 1 else f"{problems} problems"
        stop(f"{counted}, told above with file and line. Mend it and run this again: what is there is left alone.")


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
        stop('--variables is a JSON object, such as \'{"slug": "olen-service-vision"}\'.')
    try:
        _show(asker(client_settings().data, who, token, url, languages).ask(query, given), pick)
    except AskFailed as failed:
        stop(str(failed))


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
        _show(asker(client_settings().data, who, token, url, None).upload(file, given))
    except AskFailed as failed:
        stop(str(failed))


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
            stop(f"The answer has no «{pick}»: there is no «{key}» in {json.dumps(shown, ensure_ascii=False)[:200]}")
    typer.echo(shown if isinstance(shown, str) else json.dumps(shown, indent=2, ensure_ascii=False))
