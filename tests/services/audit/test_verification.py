"""Verification: whatever is changed, taken away or put between is found, and where."""

from uuid import uuid4

import pytest

from infra.embedded import EmbeddedServers
from infra.postgres.database import Database
from services.audit.seals import head, seal_log
from services.audit.verification import verify_log
from services.organisations.sign_ins import SignInMethod, record_sign_in
from services.organisations.terms import Role
from services.transaction import transaction
from services.viewer import Viewer
from tests.factories.log import forging, write_lines

A_LINE = "(select id from log order by id offset {} limit 1)"
COPY = "insert into log (id, at, action, subject_type, subject_id) values ({}, now(), 'do', 'Lab', gen_random_uuid())"


async def three_batches() -> None:
    """Batches of 3, 4 and 5 lines."""
    for lines in (3, 4, 5):
        await write_lines(lines)
        await seal_log()


async def faults() -> list[str]:
    """What is found to be wrong."""
    return [str(fault) for fault in (await verify_log()).faults]


@pytest.mark.parametrize(
    ("forgery", "expected"),
    [
        ("update log set action = 'undo' where id = " + A_LINE.format(4), ["Batch 2: its 4 lines are not those"]),
        ("update log set detail = '{\"place\": 9}' where id = " + A_LINE.format(0), ["Batch 1: its 3 lines are not"]),
        ("update log set at = at + interval '1 microsecond' where id = " + A_LINE.format(11), ["Batch 3: its 5 lines"]),
        ("update log set at = 'infinity' where id = " + A_LINE.format(5), ["Batch 2: its 4 lines are not those"]),
        ("update log set person = gen_random_uuid() where id = " + A_LINE.format(1), ["Batch 1: its 3 lines are not"]),
        ("update log set organisation = subject_id where id = " + A_LINE.format(1), ["Batch 1: its 3 lines are not"]),
        ("update log set subject_id = gen_random_uuid() where id = " + A_LINE.format(1), ["Batch 1: its 3 lines"]),
        ("update log set subject_type = 'Case' where id = " + A_LINE.format(1), ["Batch 1: its 3 lines are not"]),
        ("update log set salt = null where id = " + A_LINE.format(1), ["Batch 1: its 3 lines are not those"]),
        ("delete from log where id = " + A_LINE.format(4), ["Batch 2: 1 of its 4 lines is missing"]),
        ("delete from log where id in (select id from log order by id limit 2)", ["Batch 1: 2 of its 3 lines are"]),
        ("delete from log", ["Batch 1: 3 of its 3", "Batch 2: 4 of its 4", "Batch 3: 5 of its 5"]),
        (COPY.format(0), ["Batch 1: lines with numbers below 1 were put before it"]),
        ("update log set id = id + 1000000 where id = " + A_LINE.format(3), ["Batch 2: 1 of its 4 lines is missing"]),
        ("update log_seal set lines = 4 where number = 1", ["Batch 1: the seal was changed", "Batch 1: 1 of its 4"]),
        ("update log_seal set root = hash where number = 2", ["Batch 2: the seal was changed", "Batch 2: its 4 lines"]),
        ("update log_seal set sealed_at = sealed_at - interval '1 day' where number = 3", ["Batch 3: the seal was"]),
        ("update log_seal set hash = root where number = 2", ["Batch 2: the seal was", "Batch 3: it does not follow"]),
        ("update log_seal set number = 9 where number = 3", ["Batch 9: the seal was", "Batch 9: batches 3 to 8 are"]),
        ("delete from log_seal where number = 1", ["Batch 2: batch 1 is missing"]),
        ("delete from log_seal where number = 2", ["Batch 3: batch 2 is missing before it"]),
        ("delete from log_seal where number < 3", ["Batch 3: batches 1 to 2 are missing before it"]),
    ],
)
async def test_a_forgery_is_found(clean: Database, servers: EmbeddedServers, forgery: str, expected: list[str]) -> None:
    """Each thing that can be done to a sealed line or to a seal is told, with the batch it was done to."""
    await three_batches()
    assert await faults() == []
    async with forging(servers) as owner:
        await owner.execute(forgery)
    found = await faults()
    assert len(found) == len(expected), found
    assert all(one.startswith(begins) for one, begins in zip(found, expected, strict=True)), found


async def test_a_changed_address_is_found(clean: Database, servers: EmbeddedServers) -> None:
    """An address is forgotten, or is the one that was sealed: another one in its place is told."""
    await write_lines(2)
    async with transaction():
        signed_in = Viewer(person=uuid4(), roles={uuid4(): Role.ADMIN})
        await record_sign_in(signed_in, method=SignInMethod.OPENID_CONNECT, address="192.0.2.7")
    await seal_log()
    async with forging(servers) as owner:
        await owner.execute("update log_address set address = '192.0.2.8'")
    (found,) = await faults()
    assert found.startswith("Batch 1: the address of line")
    await clean.pool.execute("delete from log_address")
    assert await faults() == []


async def test_a_line_put_where_a_gap_was_is_found(clean: Database) -> None:
    """A number that a failed transaction left free cannot be filled once the batch around it is sealed."""
    await write_lines(2)
    gap = await clean.pool.fetchval("select nextval('log_id_seq')")
    await write_lines(2)
    await seal_log()
    await clean.pool.execute(COPY.format(gap))
    assert await faults() == ["Batch 1: 1 line was added to its 4."]


async def test_a_chain_that_was_cut_short_or_made_anew_lacks_the_hash_that_was_kept(
    clean: Database, servers: EmbeddedServers
) -> None:
    """Whoever can write anything can make a chain that hangs together: a hash kept elsewhere tells."""
    await three_batches()
    kept = (await head()).hash
    await write_lines(2)
    await seal_log()
    assert (await verify_log(expected=kept)).faults == []

    async def expect_fault(*forgeries: str) -> None:
        async with forging(servers) as owner:
            for forgery in forgeries:
                await owner.execute(forgery)
        await seal_log()
        assert await faults() == []
        (fault,) = (await verify_log(expected=kept)).faults
        assert kept.hex() in str(fault)

    await expect_fault(
        "delete from log_seal where number > 2", "delete from log where id > (select max(last) from log_seal)"
    )
    await expect_fault("delete from log_seal", "update log set action = 'other'")


async def test_what_is_not_sealed_yet_is_counted(clean: Database) -> None:
    """Lines after the newest seal are told as not sealed, and are no fault; progress is told by batches."""
    await three_batches()
    await write_lines(2)
    told: list[tuple[int, int]] = []
    verdict = await verify_log(told=lambda done, of: told.append((done, of)))
    assert (verdict.batches, verdict.lines, verdict.unsealed, verdict.faults) == (3, 12, 2, [])
    assert told == [(3, 3)]
    assert verdict.head == await head()
