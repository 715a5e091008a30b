"""removeMember, through GraphQL."""

from collections.abc import Callable

from services.log import LogEntry
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork
from tests.factories.organisations import agency_admin, check_profiles, members_of, olen_admin, person_of

As = Callable[[str | None], Client]
GONE = "organisation { slug }"


async def test_who_is_removed_reads_nothing_more_from_the_next_request_on(as_: As, network: SmallNetwork) -> None:
    """What a removed person read through the organisation and its networks is gone with their next request."""
    admin, editor = as_(await olen_admin(network)), as_(network.olen_editor)
    await published_case(editor, slug="own", audience={})
    await published_case(editor, slug="shared", audience={"networks": ["learning"]})
    listed = "{ cases(first: 9) { totalCount } networks(first: 9) { totalCount } }"
    assert await editor.ask(listed) == {"cases": {"totalCount": 2}, "networks": {"totalCount": 1}}
    given = {"organisation": "olen", "person": await person_of(editor)}
    await admin.do("removeMember", given, GONE)
    assert await editor.ask(listed) == {"cases": {"totalCount": 0}, "networks": {"totalCount": 0}}
    assert (await editor.ask("{ viewer { memberships { role } } }"))["viewer"] == {"memberships": []}
    assert ("Olen editor", "EDITOR") not in await members_of(admin, "olen")
    await check_profiles()


async def test_anybody_may_leave(as_: As, network: SmallNetwork) -> None:
    """A reader lays down their own membership; others they cannot remove."""
    reader = as_(network.olen_reader)
    editor = {"organisation": "olen", "person": await person_of(as_(network.olen_editor))}
    assert await reader.refused("removeMember", editor) == [("FORBIDDEN", "")]
    await reader.do("removeMember", {"organisation": "olen", "person": await person_of(reader)}, GONE)
    assert await members_of(reader, "olen") == []
    await check_profiles()


async def test_the_last_admin_stays(as_: As, network: SmallNetwork) -> None:
    """Nobody, not even they themselves, removes the last ADMIN; the last but one may go."""
    await agency_admin(network)
    admin = as_(await olen_admin(network))
    me = {"organisation": "olen", "person": await person_of(admin)}
    assert await admin.refused("removeMember", me) == [("WRONG_STATE", "person")]
    await olen_admin(network)
    await admin.do("removeMember", me, GONE)


async def test_who_is_no_member_cannot_be_removed(as_: As, network: SmallNetwork) -> None:
    """Somebody of another organisation and what is no id are refused alike; outsiders are refused anyway."""
    admin = as_(await olen_admin(network))
    outsider = as_(network.outsider)
    for wrong in (await person_of(as_(network.reviewer)), "nonsense"):
        given = {"organisation": "olen", "person": wrong}
        assert await admin.refused("removeMember", given) == [("NOT_FOUND", "person")]
        assert await outsider.refused("removeMember", given) == [("FORBIDDEN", "")]
    me = {"organisation": "olen", "person": await person_of(outsider)}
    assert await outsider.refused("removeMember", me) == [("NOT_FOUND", "person")]


async def test_removing_is_logged(as_: As, network: SmallNetwork) -> None:
    """The log says who removed whom from which organisation."""
    admin, reader = as_(await olen_admin(network)), as_(network.olen_reader)
    await admin.do("removeMember", {"organisation": "olen", "person": await person_of(reader)}, GONE)
    entry = await LogEntry.objects().where(LogEntry.action == "remove_member").first()
    assert entry is not None
    assert (entry.subject_type, entry.organisation) == ("Person", network.olen)
    assert entry.person != entry.subject_id
