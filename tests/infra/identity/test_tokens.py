"""Bearer tokens: who they are taken for, for how long that is believed, and when their use is noted."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from infra.identity import tokens
from infra.identity.tokens import InvalidToken, Tokens
from infra.postgres.database import Database
from services.cases.tables import Admission, Case
from services.cases.terms import CaseKind
from services.ids import new_id
from services.organisations.keyrings import keyring_change, keyring_epoch
from services.organisations.tables import Membership, NetworkMember, PersonalToken
from services.organisations.tokens import secret_hash
from services.viewer import ANYONE, admission_key, network_key, organisation_key
from tests.factories.network import SmallNetwork
from tests.statements import noted


async def last_use(secret: str) -> datetime | None:
    """When the token was last noted as used."""
    found = await PersonalToken.objects().where(PersonalToken.secret_hash == secret_hash(secret)).first()
    assert found is not None
    used: datetime | None = found.last_used_at
    return used


async def test_a_header_names_its_holder_and_their_keys(network: SmallNetwork) -> None:
    """The viewer holds the keys of their organisations and networks; nobody holds a token, anyone may ask."""
    viewer = await Tokens().viewer(f"Bearer {network.olen_editor}")
    assert {organisation_key(network.olen), network_key(network.network), "public"} < set(viewer.keyring)
    assert len(viewer.keyring) == 4
    assert await Tokens().viewer("") is ANYONE
    assert (await Tokens().viewer(f"bearer  {network.olen_editor} ")).person == viewer.person


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic serra_x", "Bearer serra_x", "serra_x", "Bearer \x00"])
async def test_a_header_that_names_nobody_is_refused(network: SmallNetwork, header: str) -> None:
    """A wrong scheme, an unknown secret and nonsense are refused."""
    with pytest.raises(InvalidToken):
        await Tokens().viewer(header)


async def test_a_viewer_is_remembered_until_something_changes(network: SmallNetwork) -> None:
    """The same viewer answers again, until this process has committed a change of keys."""
    known = Tokens()
    header = f"Bearer {network.olen_editor}"
    first = await known.viewer(header)
    assert await known.viewer(header) is first
    async with keyring_change():
        await NetworkMember.delete().where(NetworkMember.organisation == network.olen)
    second = await known.viewer(header)
    assert set(first.keyring) - set(second.keyring) == {network_key(network.network)}


async def test_a_change_by_another_process_is_seen_soon(network: SmallNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody told this process of, it learns when it next looks whether anything has changed."""
    monkeypatch.setattr(tokens, "LOOKED_AT_SECONDS", 0.0)
    known = Tokens()
    header = f"Bearer {network.olen_editor}"
    await known.viewer(header)
    await Membership.delete().where(Membership.organisation == network.olen)
    assert len((await known.viewer(header)).keyring) == 2


async def _leave_and_fail(network: SmallNetwork) -> None:
    async with keyring_change():
        await NetworkMember.delete().where(NetworkMember.organisation == network.olen)
        raise ZeroDivisionError


async def test_a_change_that_fails_changes_nothing(network: SmallNetwork) -> None:
    """A verb that is refused half way leaves the keys as they were, remembered or not."""
    known = Tokens()
    header = f"Bearer {network.olen_editor}"
    first = await known.viewer(header)
    with pytest.raises(ZeroDivisionError):
        await _leave_and_fail(network)
    assert (await known.viewer(header)).keyring == (await Tokens().viewer(header)).keyring == first.keyring


async def test_use_is_noted_once_a_minute(network: SmallNetwork) -> None:
    """The first use is noted, a second within the minute is not, one after it is again."""
    header = f"Bearer {network.olen_editor}"
    assert await last_use(network.olen_editor) is None
    await Tokens().viewer(header)
    first = await last_use(network.olen_editor)
    assert first is not None
    await Tokens().viewer(header)
    assert await last_use(network.olen_editor) == first
    earlier = datetime.now(UTC) - timedelta(minutes=2)
    await PersonalToken.update({PersonalToken.last_used_at: earlier}).where(
        PersonalToken.secret_hash == secret_hash(network.olen_editor)
    )
    await Tokens().viewer(header)
    again = await last_use(network.olen_editor)
    assert again is not None
    assert again >= first


CHANGES = {
    "joins": "insert into membership (id, person, organisation, role) values (gen_random_uuid(), $1, $2, 'READER')",
    "has another role": "update membership set role = 'ADMIN' where person = $1 and organisation <> $2",
    "leaves": "delete from membership where person = $1 and organisation <> $2",
    "is in a network that grows": (
        "insert into network_member (id, network, organisation, role) select gen_random_uuid(), network, $2, 'MEMBER'"
        " from network_member where $1::uuid is not null limit 1"
    ),
    "is in a network that shrinks": "delete from network_member where $1::uuid is not null and organisation <> $2",
    "has another name": "update person set name = name || '!' where id = $1 and $2::uuid is not null",
    "is a steward": "update person set is_steward = true where id = $1 and $2::uuid is not null",
    "is erased": "update person set erased_at = now() where id = $1 and $2::uuid is not null",
    "may do less": "update personal_token set scopes = '{READ}' where person = $1 and $2::uuid is not null",
    "loses a token's time": "update personal_token set expires_at = now() where person = $1 and $2::uuid is not null",
    "loses a token": "update personal_token set revoked_at = now() where person = $1 and $2::uuid is not null",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_every_server_learns_of_every_change(network: SmallNetwork, clean: Database, change: str) -> None:
    """Whatever decides who somebody is raises the epoch when it is committed, whoever writes it; a use does not."""
    person = (await Tokens().viewer(f"Bearer {network.olen_editor}")).person
    before = await keyring_epoch()
    async with clean.pool.acquire() as connection, connection.transaction():
        assert not (await connection.execute(change, person, network.agency)).endswith(" 0")
    assert await keyring_epoch() == before + 1
    await PersonalToken.update({PersonalToken.last_used_at: datetime.now(UTC)}).where(PersonalToken.person == person)
    assert await keyring_epoch() == before + 1


async def test_a_viewer_is_looked_up_once_a_minute(network: SmallNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing changes, the question whether it does is all that is asked."""
    monkeypatch.setattr(tokens, "LOOKED_AT_SECONDS", 0.0)
    known = Tokens()
    header = f"Bearer {network.olen_editor}"
    first = await known.viewer(header)
    assert await known.viewer(header) is first
    with noted(monkeypatch) as statements:
        assert await known.viewer(header) is first
    assert len(statements) == 1


async def test_a_token_is_not_remembered_beyond_its_end(network: SmallNetwork) -> None:
    """A token that ends while its holder is remembered is refused from then on."""
    end = datetime.now(UTC) + timedelta(seconds=0.2)
    await PersonalToken.update({PersonalToken.expires_at: end}).where(
        PersonalToken.secret_hash == secret_hash(network.olen_editor)
    )
    known = Tokens()
    header = f"Bearer {network.olen_editor}"
    await known.viewer(header)
    await asyncio.sleep(0.25)
    with pytest.raises(InvalidToken):
        await known.viewer(header)


async def test_a_keyring_is_remembered_no_longer_than_an_admission_lasts(
    network: SmallNetwork, open_database: Database
) -> None:
    """A guest's key is on their keyring until the instant, and with the next request after it is not."""
    case = Case(id=new_id(), slug="a-case", kind=CaseKind.METHOD, owner=network.olen)
    await Case.insert(case)
    known, header = Tokens(), f"Bearer {network.outsider}"
    guest = (await known.viewer(header)).person
    until = datetime.now(UTC) + timedelta(seconds=1)
    await Admission.insert(Admission(case=case.id, person=guest, until=until))
    async with keyring_change():
        pass
    while (now := datetime.now(UTC)) < until:
        viewer = await known.viewer(header)
        if now < until - timedelta(milliseconds=300):
            assert admission_key(case.id) in viewer.keyring
        await asyncio.sleep(0.1)
    assert admission_key(case.id) not in (await known.viewer(header)).keyring


async def test_who_is_let_in_is_news_to_every_server(network: SmallNetwork) -> None:
    """Letting somebody in, moving the instant and ending it each raise the number that other servers look at."""
    case = Case(id=new_id(), slug="a-case", kind=CaseKind.METHOD, owner=network.olen)
    await Case.insert(case)
    seen = [await keyring_epoch()]
    admission = Admission(case=case.id, organisation=network.agency, until=datetime.now(UTC) + timedelta(days=1))
    await Admission.insert(admission)
    seen.append(await keyring_epoch())
    await Admission.update({Admission.until: datetime.now(UTC)}).where(Admission.id == admission.id)
    seen.append(await keyring_epoch())
    assert seen == sorted(set(seen))
