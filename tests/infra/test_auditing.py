"""The commands `serra audit …`: what they print and how they end."""

import asyncio
import io
import json
from pathlib import Path

import pytest

from infra import auditing
from infra.auditing import AuditFailed, NothingSealed, read_hash, read_instant
from infra.embedded import EmbeddedServers
from infra.postgres.database import Database
from services.audit.seals import head, seal_log
from tests.commands import serra_command
from tests.factories.log import forging, write_lines
from tests.factories.network import organisation


class Commands:
    """The commands over the open database, and what they said."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.said: list[str] = []

    async def verify(self, expected: str | None = None) -> None:
        """As `serra audit verify`."""
        await auditing.verify(self.url, expected, self.said.append)


@pytest.fixture
def commands(clean: Database, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The commands, over the connections of the test run."""

    class Open:
        async def __aenter__(self) -> None: ...

        async def __aexit__(self, *_: object) -> None: ...

    monkeypatch.setattr(auditing, "_open", lambda _: Open())
    return Commands(servers.database_url)


async def test_a_whole_log_is_told_with_its_hash(commands: Commands) -> None:
    """What was checked, that it is whole, and the hash to keep; with that hash given, nothing of keeping."""
    await write_lines(3)
    await seal_log()
    await write_lines(1)
    await commands.verify()
    newest = (await head()).hash.hex()
    assert commands.said[0] == "Checked: 3 lines, 1 batches. Not sealed yet: 1 lines."
    assert newest in commands.said
    assert "--expect" in commands.said[-1]
    commands.said.clear()
    await auditing.print_head(commands.url, commands.said.append)
    assert commands.said == [newest]
    await commands.verify(newest)
    assert commands.said[-1] == newest


async def test_a_broken_log_is_told_batch_by_batch(commands: Commands, servers: EmbeddedServers) -> None:
    """Each broken batch has its sentence, and the command fails."""
    for _ in range(2):
        await write_lines(2)
        await seal_log()
    async with forging(servers) as owner:
        await owner.execute("update log set action = 'undo' where id in (select max(id) from log)")
    with pytest.raises(AuditFailed, match="NOT as it was sealed"):
        await commands.verify()
    assert commands.said[0].startswith("Batch 2: its 2 lines are not those that were sealed")


async def test_the_command_line_ends_with_1_where_something_is_wrong(clean: Database, servers: EmbeddedServers) -> None:
    """As a command that knows the database alone: 0 and the hash for a whole log, 1 for a broken one, 3 for nothing."""

    async def run(*command: str) -> tuple[int, str, str]:
        done = await asyncio.to_thread(serra_command, "audit", *command, SERRA_DATABASE_URL=servers.database_url)
        return done.returncode, done.stdout, done.stderr

    await write_lines(2)
    assert [(await run(command))[0] for command in ("head", "verify")] == [3, 3]
    await seal_log()
    newest = (await head()).hash.hex()
    status, out, _ = await run("verify", "--expect", newest)
    assert (status, out.splitlines()[-1]) == (0, newest)
    status, out, _ = await run("export")
    assert (status, len(out.splitlines())) == (0, 4)
    async with forging(servers) as owner:
        await owner.execute("delete from log where id in (select max(id) from log)")
    status, out, err = await run("verify")
    assert (status, out.splitlines()[0]) == (1, "Batch 1: 1 of its 2 lines is missing.")
    assert "NOT as it was sealed" in err


async def test_an_empty_log_has_no_hash(commands: Commands) -> None:
    """Before anything is sealed, the commands say so, that it proves nothing, and what to look at."""
    await write_lines(1)
    with pytest.raises(NothingSealed, match=r"proves nothing.*does it run"):
        await commands.verify()
    assert commands.said == ["Checked: 0 lines, 0 batches. Not sealed yet: 1 lines."]
    with pytest.raises(NothingSealed, match="does it run"):
        await auditing.print_head(commands.url, commands.said.append)


async def test_an_export_is_json_lines(commands: Commands, tmp_path: Path) -> None:
    """One JSON object a line, of the organisation named by its slug, that `verify --file` accepts."""
    ghent = await organisation("ghent")
    await write_lines(3, ghent)
    await write_lines(3)
    await seal_log()
    out = io.StringIO()
    await auditing.export(commands.url, "ghent", None, None, out)
    shown = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [next(iter(one)) for one in shown] == ["format", "seal", "line", "line", "line"]
    file = tmp_path / "export.jsonl"
    file.write_text(out.getvalue(), encoding="utf-8")
    auditing.verify_file(file, (await head()).hash.hex(), commands.said.append)
    with pytest.raises(AuditFailed, match="There is no organisation «gent»"):
        await auditing.export(commands.url, "gent", None, None, out)


def test_a_file_that_is_no_export_is_told_as_such(tmp_path: Path) -> None:
    """Text, bytes of anything, JSON of something else, and nesting without end are no export, in words."""
    file = tmp_path / "junk"
    for content, why in (
        (b"something else\n", "Line 1: This is not JSON."),
        (b"\xff\xfe\x00junk", "Line 1: This is not JSON."),
        (b"[" * 100_000, "Line 1: This is not JSON."),
        (b'{"a": 1}\n', "Line 1: The first line does not say that the format is serra-audit-export/1."),
        (b"[1]\n", "Line 1: This is no line of an export"),
        (b'{"format": "serra-audit-export/1"}\n{}\n', "Line 2: This is no line of an export"),
    ):
        file.write_bytes(content)
        with pytest.raises(AuditFailed) as refused:
            auditing.verify_file(file, None, lambda _: None)
        assert str(refused.value).startswith(f"{file} is no export of `serra audit export`, or not all of one. {why}")


def test_what_is_given_wrongly_is_refused_in_words() -> None:
    """A hash that is none, and an instant that is none, are named with an example of what to give."""
    with pytest.raises(AuditFailed, match="64 hexadecimal digits"):
        read_hash("abc")
    with pytest.raises(AuditFailed, match="such as 2026-03-01"):
        read_instant("yesterday")
    assert read_hash("00" * 32) == bytes(32)
    since = read_instant("2026-03-01")
    assert since is not None
    assert since.isoformat() == "2026-03-01T00:00:00+00:00"
