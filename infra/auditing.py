"""The commands `serra audit …`: what they print, over the service's own verification and export."""

import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from infra.postgres.database import database
from services.audit.chain import Chain, Fault
from services.audit.export import ExportCheck, NotAnExport, Wanted, export_log
from services.audit.proof import Seal
from services.audit.seals import head
from services.audit.verification import verify_log
from services.organisations.tables import Organisation

Say = Callable[[str], None]
_HASH_BYTES = 32


class AuditFailed(Exception):
    """The log is not as it was sealed, or the command cannot be carried out; the message says what and why."""

    status = 1
    """With which the command ends."""


class NothingSealed(AuditFailed):
    """There is no seal to hold anything against, so that nothing is proved."""

    status = 3


def read_hash(given: str | None) -> bytes | None:
    """The hash of a seal. Raises AuditFailed."""
    if given is None:
        return None
    try:
        found = bytes.fromhex(given)
    except ValueError:
        found = b""
    if len(found) != _HASH_BYTES:
        raise AuditFailed(f"«{given}» is not the hash of a seal: 64 hexadecimal digits, as `serra audit head` prints.")
    return found


def read_instant(given: str | None) -> datetime | None:
    """An instant, in UTC where it names no offset. Raises AuditFailed."""
    try:
        found = datetime.fromisoformat(given) if given else None
    except ValueError:
        raise AuditFailed(f"«{given}» is no date or instant, such as 2026-03-01 or 2026-03-01T09:00:00Z.") from None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


async def print_head(url: str, say: Say) -> None:
    """Print the hash of the newest seal."""
    async with _open(url):
        newest = await head()
    if not newest.number:
        raise NothingSealed("Nothing is sealed yet. The worker seals once a minute: does it run?")
    say(newest.hash.hex())


async def verify(url: str, expected: str | None, say: Say) -> None:
    """Verify the whole log. Raises AuditFailed where something is wrong, or nothing is sealed."""
    wanted = read_hash(expected)
    async with _open(url):
        verdict = await verify_log(expected=wanted, told=_progress(sys.stderr))
    for fault in verdict.faults:
        say(str(fault))
    say(f"Checked: {verdict.lines:,} lines, {verdict.batches:,} batches. Not sealed yet: {verdict.unsealed:,} lines.")
    _check_faults(verdict.faults)
    if verdict.head is None:
        raise NothingSealed(
            "Nothing is sealed here, so this proves nothing: no line is protected yet. The worker seals once a minute:"
            " does it run? If this log was sealed before, its seals were removed: hold it against a hash that you kept,"
            " with --expect."
        )
    _tell_whole(verdict.head, say, is_expected=expected is not None)


def verify_file(file: Path, expected: str | None, say: Say) -> None:
    """Verify an export, without the database. Raises AuditFailed where something is wrong, or nothing is sealed."""
    check, faults = ExportCheck(Chain(read_hash(expected))), list[Fault]()
    with file.open("rb") as opened:  # whatever is no text is told with its line
        for place, line in enumerate(opened, 1):
            try:
                found = check.check(json.loads(line))
            except (ValueError, RecursionError):
                raise AuditFailed(_no_export(file, place, "This is not JSON.")) from None
            except NotAnExport as error:
                raise AuditFailed(_no_export(file, place, str(error))) from None
            for fault in found:
                say(str(fault))
            faults += found
    if not check.begun:
        raise AuditFailed(f"{file} is empty. An export has at least one line: run `serra audit export` anew.")
    ends = list(check.chain.end())
    for fault in ends:
        say(str(fault))
    say(f"Checked: {check.lines:,} lines. Not sealed yet when this was exported: {check.unsealed:,} lines.")
    _check_faults([*faults, *ends])
    if check.chain.previous is None or not check.lines:
        raise NothingSealed(
            f"No line in {file} is sealed, so it proves nothing: anybody could have written it. Either its seals were"
            " removed, or its lines were not sealed yet when it was exported, or there were none. The worker seals once"
            " a minute: export anew."
        )
    _tell_whole(check.chain.previous, say, is_expected=expected is not None)


async def export(url: str, organisation: str | None, since: str | None, until: str | None, out: TextIO) -> None:
    """Write an organisation's lines, or all, as JSON Lines. Raises AuditFailed."""
    period = read_instant(since), read_instant(until)
    async with _open(url):
        of = None if organisation is None else await _organisation(organisation)
        async for shown in export_log(Wanted(of, *period)):
            out.write(json.dumps(shown, ensure_ascii=False, separators=(",", ":")) + "\n")


async def _organisation(slug: str) -> UUID:
    found = await Organisation.objects().where(Organisation.slug == slug).first()
    if found is None:
        raise AuditFailed(f"There is no organisation «{slug}». Name it by its slug.")
    return found.id


def _no_export(file: Path, place: int, why: str) -> str:
    return f"{file} is no export of `serra audit export`, or not all of one. Line {place}: {why}"


def _check_faults(faults: list[Fault]) -> None:
    if faults:
        raise AuditFailed(f"The log is NOT as it was sealed. Faults: {len(faults)}, told above.")


def _tell_whole(newest: Seal, say: Say, *, is_expected: bool) -> None:
    say(
        f"All of it is as it was sealed. The newest seal is number {newest.number}, of {newest.sealed_at:%F %H:%M} UTC:"
    )
    say(newest.hash.hex())
    if not is_expected:
        say("Keep this hash where nobody who can change the database can, and give it as --expect from then on.")


def _progress(to: TextIO) -> Callable[[int, int], None]:
    """Tells of progress in one line that is written over, on a terminal, and not at all elsewhere."""

    def tell(done: int, of: int) -> None:
        if to.isatty():
            to.write(f"\r  batch {done:,} of {of:,}" + ("\n" if done == of else ""))
            to.flush()

    return tell


@asynccontextmanager
async def _open(url: str) -> AsyncIterator[Any]:
    async with database(url, connections=2, reads=1) as opened:
        yield opened
