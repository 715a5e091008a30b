"""The export: what somebody outside gets, and that they can check it, by our command or by a program of their own."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from infra.auditing import AuditFailed, NothingSealed, verify_file
from infra.postgres.database import Database
from services.audit import seals
from services.audit.export import Wanted, export_log
from services.audit.seals import head, seal_log
from services.audit.tables import LogAddress
from services.organisations.sign_ins import SignInMethod, record_sign_in
from services.organisations.terms import Role
from services.transaction import transaction
from services.viewer import Viewer
from tests.factories.log import write_lines

PROGRAM = re.search(r"```python\n(.*?)```", Path("docs/audit.md").read_text(encoding="utf-8"), re.DOTALL)
OLEN, PES = uuid4(), uuid4()


async def exported(wanted: Wanted) -> list[dict[str, Any]]:
    """The objects of an export."""
    return [shown async for shown in export_log(wanted)]


def written(folder: Path, shown: list[dict[str, Any]]) -> Path:
    """The file of an export."""
    file = folder / "export.jsonl"
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in shown), encoding="utf-8")
    return file


def checked_outside(file: Path) -> subprocess.CompletedProcess[str]:
    """What the program in the documentation says of a file."""
    assert PROGRAM is not None
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.group(1)],
        input=file.read_text(encoding="utf-8"),
        capture_output=True,
        text=True,
        check=False,
    )


def checked(file: Path, expected: str | None = None) -> list[str]:
    """What our command says of a file."""
    said: list[str] = []
    try:
        verify_file(file, expected, said.append)
    except AuditFailed as failed:
        said.append(str(failed))
    return said


async def some_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of two organisations in batches of at most 7, among them a sign-in, and some that are not sealed."""
    monkeypatch.setattr(seals, "_BATCH", seals._BATCH.replace(str(seals.LINES_AT_MOST), "7"))
    await write_lines(9, PES)
    for _ in range(4):
        await write_lines(3, OLEN, "öppna")
        await write_lines(4, PES)
    async with transaction():
        signed_in = Viewer(person=uuid4(), roles={OLEN: Role.ADMIN})
        await record_sign_in(signed_in, method=SignInMethod.OPENID_CONNECT, address="192.0.2.7")
    await seal_log()
    await write_lines(1, OLEN)


async def test_an_organisation_gets_its_own_lines_with_their_proof(
    clean: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The lines are its own, all of them; both checks agree that they are what was sealed, up to the newest seal."""
    await some_history(monkeypatch)
    shown = await exported(Wanted(OLEN))
    lines = [one["line"] for one in shown if "line" in one]
    assert {line["organisation"] for line in lines} == {str(OLEN)}
    assert len(lines) == 14
    assert [one["address"]["address"] for one in shown if "address" in one] == ["192.0.2.7"]
    newest = (await head()).hash.hex()
    file = written(tmp_path, shown)
    assert str(PES) not in file.read_text(encoding="utf-8")
    assert newest in checked(file, newest)
    outside = checked_outside(file)
    assert (outside.stdout.strip(), outside.stderr) == (newest, "")


async def test_a_period_and_the_whole_log(clean: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without an organisation everything is there; a period leaves out what lies outside of it; both can be checked."""
    await some_history(monkeypatch)
    everything = await exported(Wanted())
    assert sum("line" in one for one in everything) == 9 + 4 * 7 + 2
    since = datetime.fromisoformat([one["line"]["at"] for one in everything if "line" in one][20])
    later = await exported(Wanted(since=since))
    assert 0 < sum("line" in one for one in later) < sum("line" in one for one in everything)
    assert all(datetime.fromisoformat(one["line"]["at"]) >= since for one in later if "line" in one)
    for shown in (everything, later):
        assert "NOT" not in checked(written(tmp_path, shown))[-1]
        assert checked_outside(written(tmp_path, shown)).returncode == 0
    nothing = await exported(Wanted(until=datetime.now(UTC) - timedelta(days=1)))
    assert len(nothing) == 1
    assert "proves nothing" in checked(written(tmp_path, nothing))[-1]


async def test_an_export_without_a_sealed_line_proves_nothing(
    clean: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither check passes an export without its seals or without sealed lines; our command ends with 3."""
    await some_history(monkeypatch)
    genuine = await exported(Wanted(OLEN))
    bare = [{**one, "seal": None} for one in genuine if "line" in one]
    seals_alone = [one for one in genuine if "line" not in one]
    for unproved in ([genuine[0]], [genuine[0], *bare], seals_alone):
        file = written(tmp_path, unproved)
        assert checked(file)[-1].startswith(f"No line in {file} is sealed, so it proves nothing")
        with pytest.raises(NothingSealed) as refused:
            verify_file(file, None, list[str]().append)
        assert refused.value.status == 3
        outside = checked_outside(file)
        assert (outside.returncode, outside.stdout) == (1, "")
        assert "proves nothing" in outside.stderr
    newest = (await head()).hash.hex()
    assert "NOT as it was sealed" in checked(written(tmp_path, [genuine[0], *bare]), newest)[-1]
    (tmp_path / "empty").touch()
    assert "is empty" in checked(tmp_path / "empty")[-1]


async def test_a_forged_export_is_found(clean: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A line, a seal or an address that was changed, and a seal that was left out, fail both checks."""
    await some_history(monkeypatch)
    genuine = await exported(Wanted(OLEN))
    place = next(place for place, one in enumerate(genuine) if "line" in one)
    a_seal = next(at for at, one in enumerate(genuine) if "line" not in one and at > place)

    def forged(at: int, change: dict[str, Any], within: str) -> list[dict[str, Any]]:
        return [*genuine[:at], {**genuine[at], within: {**genuine[at][within], **change}}, *genuine[at + 1 :]]

    unproved = {name: value for name, value in genuine[place].items() if name not in ("index", "path")}
    unproved |= {"seal": None, "line": {**unproved["line"], "action": "close"}}
    for wrong in (
        [*genuine[:place], unproved, *genuine[place + 1 :]],
        [*genuine, {**unproved, "line": {**unproved["line"], "id": 3}}],
        [*genuine[:place], genuine[place], *genuine[place:]],
        forged(place, {"action": "close"}, "line"),
        forged(place, {"id": 10**6}, "line"),
        forged(a_seal, {"lines": 3}, "seal"),
        [*genuine[:a_seal], *genuine[a_seal + 1 :]],
    ):
        file = written(tmp_path, wrong)
        assert "NOT as it was sealed" in checked(file)[-1]
        assert checked_outside(file).returncode == 1
    address = next(place for place, one in enumerate(genuine) if "address" in one)
    assert "the address of line" in checked(written(tmp_path, forged(address, {"address": "192.0.2.8"}, "address")))[0]
    assert "that you expect" in checked(written(tmp_path, genuine), "0" * 64)[0]
    assert "is no line of an export" in checked(written(tmp_path, [genuine[0], {"line": 1, "seal": 2}]))[-1]


async def test_a_forgotten_address_leaves_the_log_whole(
    clean: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """When an address is gone, the export is without it and still checks."""
    await some_history(monkeypatch)
    await LogAddress.delete(force=True)
    shown = await exported(Wanted(OLEN))
    assert not any("address" in one for one in shown)
    assert (await head()).hash.hex() in checked(written(tmp_path, shown))
