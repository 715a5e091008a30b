"""The commands about what is held about people: docs/privacy.md."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from infra.commands.terminal import confirmed, database_settings, over_database, say, stop, tell

app = typer.Typer()
Who = Annotated[str, typer.Argument(help="Their e-mail address, or their id.")]
Also = Annotated[
    list[str] | None,
    typer.Option(
        "--also",
        help="Something that bears their name or address, as the command calls it, such as contact:CASE or"
        " invitation:ORGANISATION. Anybody may choose these: look at it first. May be given several times.",
    ),
]


@app.command()
def export_person(
    who: Who,
    to: Annotated[Path | None, typer.Option(help="A new file that only you may read; without it, printed.")] = None,
    also: Also = None,
) -> None:
    """Hand out everything that Serra holds about a person, as JSON (docs/privacy.md).

    Tells on the terminal who it is, and what else bears their name or address.
    """
    from infra.privacy import export, write_new

    text, told = over_database(lambda: export(who, also or ()))
    for line in told:
        tell(line)
    if to is None:
        sys.stdout.write(text)
        return
    try:
        write_new(to, text)
    except FileExistsError:
        stop(f"{to} is there already. Name a new file.")
    except OSError as error:
        stop(f"{to} cannot be written: {error.strerror}. Name a new file elsewhere.")


@app.command()
def erase_person(
    who: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do not show what will happen, and do not ask.")] = False,
    also: Also = None,
) -> None:
    """Erase a person for good, and print the receipt. What they wrote for an organisation stays, without them.

    Shows first who it is, what will happen, and what else bears their name or address, and asks.
    """
    from infra.privacy import erase, foretell

    if not yes:
        for line in over_database(lambda: foretell(who, also or ())):
            tell(line)
        if not confirmed("Erase this person for good? This cannot be undone"):
            stop("Nobody was erased.")
    say(over_database(lambda: erase(who, also or ())))


@app.command()
def erasures() -> None:
    """Print the receipts of all erasures, a line each: keep them beside every backup."""
    from infra.privacy import list_receipts

    for line in over_database(list_receipts):
        say(line)


@app.command()
def erase_again(
    receipts: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `serra erasures` printed.")],
) -> None:
    """Erase those anew who came back with a restored backup, and print their new receipts."""
    from infra.privacy import erase_again as again

    lines = over_database(lambda: again(receipts.read_text(encoding="utf-8").splitlines()))
    for line in lines:
        say(line)
    say(f"{len(lines)} had come back and are erased again." if lines else "Nobody had come back.")


@app.command()
def check_receipt(
    receipt: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file with one receipt.")],
) -> None:
    """Tell whether the log holds the erasure of a receipt, and whether the person is still erased."""
    from infra.privacy import check

    over_database(lambda: check(receipt.read_text(encoding="utf-8")))
    say("The log holds this erasure, word for word, and the person is erased.")


@app.command()
def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print how much would go.")] = False,
) -> None:
    """Let go of what has been kept for as long as was promised; the worker does so every night."""
    from infra.parts import ages_of
    from infra.privacy import let_go, would_go

    ages = ages_of(database_settings())
    if dry_run:
        for what, count in over_database(lambda: would_go(ages)).items():
            say(f"{what}: {count}")
    elif not over_database(lambda: let_go(ages, say)):
        say("Nothing is due.")
