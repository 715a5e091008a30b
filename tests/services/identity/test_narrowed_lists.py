"""A sign-in for one organisation lists what concerns that, and nothing that the person has elsewhere."""

from collections.abc import Awaitable, Callable
from typing import Any

from services.ids import new_id
from services.notifications.notifications import News, notify_organisation
from services.notifications.tables import Notification
from services.notifications.terms import NotificationKind
from services.organisations.tables import PersonalToken
from services.organisations.terms import Role
from services.organisations.tokens import secret_hash
from tests.client import Client
from tests.factories.cases import drafted_case
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import person_of
from tests.factories.sharing import SOON, asked

As = Callable[[str | None], Client]
LISTS = """{ viewer {
    accessRequests(first: 9) { totalCount nodes { asked } }
    admissions(first: 9) { totalCount nodes { name } }
    invitations(first: 9) { totalCount nodes { organisation { slug } } }
    notifications(first: 9) { totalCount nodes { id kind } }
    unreadNotifications
} }"""
NEWS = News(NotificationKind.ADOPTION_RECORDED, "Adoption", new_id(), "1")


async def close_to(as_: As, client: Client, organisation: Any) -> Client:
    """The holder of a client's token, by a token that was made in a session of one organisation."""
    new = {"label": "close", "scopes": ["READ", "REVIEW", "WRITE"], "expiresInDays": 1}
    secret = (await client.do("issueToken", new, "secret"))["secret"]
    made = PersonalToken.update({PersonalToken.organisation: organisation})
    await made.where(PersonalToken.secret_hash == secret_hash(secret))
    return as_(secret)


async def lists(client: Client) -> dict[str, Any]:
    """What the viewer has, list by list."""
    viewer: dict[str, Any] = (await client.ask(LISTS))["viewer"]
    return viewer


async def test_nothing_of_elsewhere_is_listed(
    as_: As, network: SmallNetwork, work: Callable[[], Awaitable[None]]
) -> None:
    """Requests, admissions, invitations and notifications of another organisation are there for a token of all."""
    secret = await person("Both", {network.pes: Role.EDITOR, network.institute: Role.EDITOR}, network.network)
    both, editor = as_(secret), as_(network.olen_editor)
    own = await person_of(both)
    case_id = await drafted_case(editor)
    await asked(both, "for-pes", organisation="arbetsformedlingen", message="For PES.")
    await asked(both, case_id, message="For myself.")
    invited = {"case": case_id, "person": own, "until": SOON}
    await editor.do("inviteGuest", invited, "admission { id }")
    await Notification.delete(force=True)
    await work()
    await notify_organisation(network.institute, NEWS)
    whole, pes = await lists(both), await close_to(as_, both, network.pes)
    assert whole["accessRequests"]["totalCount"] == 2
    assert whole["admissions"]["totalCount"] == 1
    kinds = sorted(one["kind"] for one in whole["notifications"]["nodes"])
    assert kinds == ["ADMITTED", "ADOPTION_RECORDED"]
    seen = await lists(pes)
    assert seen["accessRequests"] == {"totalCount": 1, "nodes": [{"asked": "for-pes"}]}
    for name in ("admissions", "invitations", "notifications"):
        assert seen[name] == {"totalCount": 0, "nodes": []}, name
    assert seen["unreadNotifications"] == 0
    olen = await lists(await close_to(as_, both, network.olen))
    assert olen["admissions"]["totalCount"] == 1
    assert [one["kind"] for one in olen["notifications"]["nodes"]] == ["ADMITTED"]


async def test_invitations_of_others_are_not_listed(
    as_: As, network: SmallNetwork, work: Callable[[], Awaitable[None]]
) -> None:
    """Who asks the person to become a member is told them, and not the provider of another organisation."""
    admin = as_(await person("Admin", {network.pes: Role.ADMIN}, network.network))
    one = as_(await person("One", {network.olen: Role.EDITOR}, network.network))
    given = {"organisation": "arbetsformedlingen", "role": "READER", "person": await person_of(one)}
    await admin.do("inviteMember", given, "invitation { id }")
    await work()
    whole, olen = await lists(one), await lists(await close_to(as_, one, network.olen))
    assert (whole["invitations"]["totalCount"], whole["unreadNotifications"]) == (1, 1)
    assert (olen["invitations"]["totalCount"], olen["unreadNotifications"]) == (0, 0)
    assert olen["notifications"] == {"totalCount": 0, "nodes": []}


async def test_what_concerns_both_is_listed_by_either(as_: As, network: SmallNetwork) -> None:
    """Whoever belongs to two organisations that are told of the same has it once, whichever they signed in for."""
    both = as_(await person("Both", {network.pes: Role.EDITOR, network.institute: Role.EDITOR}))
    for organisation in (network.pes, network.institute, network.pes):
        await notify_organisation(organisation, NEWS)
    for client in (
        both,
        await close_to(as_, both, network.pes),
        await close_to(as_, both, network.institute),
    ):
        assert (await lists(client))["notifications"]["totalCount"] == 1


async def test_only_what_is_listed_is_marked_as_read(as_: As, network: SmallNetwork) -> None:
    """Marking all leaves what concerns others unread, and naming such a one is naming none that there is."""
    both = as_(await person("Both", {network.pes: Role.EDITOR, network.institute: Role.EDITOR}))
    await notify_organisation(network.institute, NEWS)
    pes = await close_to(as_, both, network.pes)
    (hidden,) = (await lists(both))["notifications"]["nodes"]
    assert await pes.refused("markNotificationsRead", {"ids": [hidden["id"]]}) == [("NOT_FOUND", "ids.0")]
    await notify_organisation(network.pes, News(NEWS.kind, NEWS.subject_type, new_id(), "1"))
    assert (await lists(pes))["unreadNotifications"] == 1
    done = await pes.do("markNotificationsRead", {}, "viewer { unreadNotifications }")
    assert done["viewer"] == {"unreadNotifications": 0}
    assert (await lists(both))["unreadNotifications"] == 1
