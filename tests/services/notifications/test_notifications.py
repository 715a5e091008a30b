"""Who is told of what, through GraphQL and real follow-ups."""

from collections.abc import Awaitable, Callable

import pytest_asyncio

from services.adoptions.tables import Adoption
from services.ids import new_id
from services.notifications.notifications import News, notify_organisation
from services.notifications.tables import Notification
from services.notifications.terms import NotificationKind
from services.organisations.terms import Role
from services.viewer import organisation_key
from tests.client import Client
from tests.factories.comments import row_id
from tests.factories.network import SmallNetwork, person
from tests.factories.practices import adopted, olen_practice
from tests.factories.rounds import en

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]
INBOX = """{ viewer {
    unreadNotifications
    notifications(first: 5) { totalCount nodes {
        id kind readAt subject { __typename id ... on Adoption { stage organisation { slug } practice { slug } } }
    } }
} }"""


@pytest_asyncio.fixture(loop_scope="session")
async def adoption(as_: As, network: SmallNetwork, work: Work) -> str:
    """The Swedish PES adopts Olen's practice, and the follow-ups have run."""
    practice_id = await olen_practice(as_(network.olen_editor))
    adoption_id = await adopted(as_(network.pes_editor), practice_id, audience={})
    await work()
    return adoption_id


async def test_the_publisher_is_told(as_: As, network: SmallNetwork, adoption: str) -> None:
    """An editor of the publisher finds the adoption in their inbox (U8)."""
    inbox = (await as_(network.olen_editor).ask(INBOX))["viewer"]
    (told,) = inbox["notifications"]["nodes"]
    assert told == {
        "id": told["id"],
        "kind": "ADOPTION_RECORDED",
        "readAt": None,
        "subject": {
            "__typename": "Adoption",
            "id": adoption,
            "stage": "INTERESTED",
            "organisation": {"slug": "arbetsformedlingen"},
            "practice": {"slug": "values-to-plan"},
        },
    }
    assert (inbox["unreadNotifications"], inbox["notifications"]["totalCount"]) == (1, 1)


async def test_each_stage_is_told(as_: As, network: SmallNetwork, adoption: str, work: Work) -> None:
    """The publisher hears how far it comes, the latest first."""
    for stage, more in (("PLANNED", {}), ("ABANDONED", {"abandonedReason": en("No staff.")})):
        await as_(network.pes_editor).do("advanceAdoption", {"id": adoption, "stage": stage, **more}, "adoption { id }")
        await work()
    nodes = (await as_(network.olen_editor).ask(INBOX))["viewer"]["notifications"]["nodes"]
    assert [node["kind"] for node in nodes] == ["ADOPTION_ADVANCED", "ADOPTION_ADVANCED", "ADOPTION_RECORDED"]


async def test_only_who_writes_for_the_publisher_is_told(as_: As, network: SmallNetwork, work: Work) -> None:
    """Its editors and administrators are; its readers and reviewers, the adopter and outsiders are not."""
    admin = await person("Olen admin", {network.olen: Role.ADMIN})
    reviewer = await person("Olen reviewer", {network.olen: Role.REVIEWER})
    practice_id = await olen_practice(as_(network.olen_editor))
    await adopted(as_(network.pes_editor), practice_id)
    await work()
    counts = {}
    for token in (network.olen_editor, admin, reviewer, network.olen_reader, network.pes_editor, network.outsider):
        counts[token] = (await as_(token).ask(INBOX))["viewer"]["unreadNotifications"]
    assert list(counts.values()) == [1, 1, 0, 0, 0, 0]
    assert (await as_(None).ask(INBOX))["viewer"] is None


async def test_nobody_else_reads_a_notification(as_: As, network: SmallNetwork, adoption: str) -> None:
    """Not even a colleague finds it by its id."""
    told = (await as_(network.olen_editor).ask(INBOX))["viewer"]["notifications"]["nodes"][0]["id"]
    node = "query($id: ID!) { node(id: $id) { __typename } }"
    assert (await as_(network.olen_editor).ask(node, id=told))["node"] == {"__typename": "Notification"}
    for token in (network.olen_reader, network.pes_editor, None):
        assert (await as_(token).ask(node, id=told))["node"] is None


async def test_a_cause_is_told_once(as_: As, network: SmallNetwork, adoption: str) -> None:
    """A follow-up that runs again tells nobody twice, but tells an editor who has come since."""
    news = News(NotificationKind.ADOPTION_RECORDED, "Adoption", row_id(adoption), "1")
    late = await person("Late editor", {network.olen: Role.EDITOR})
    await notify_organisation(network.olen, news)
    await notify_organisation(network.olen, news)
    for token in (network.olen_editor, late):
        assert (await as_(token).ask(INBOX))["viewer"]["unreadNotifications"] == 1
    await notify_organisation(network.olen, News(news.kind, "Adoption", row_id(adoption), "2"))
    assert (await as_(late).ask(INBOX))["viewer"]["unreadNotifications"] == 2


async def test_an_organisation_without_writers_is_told_nothing(clean: object, network: SmallNetwork) -> None:
    """There being nobody to tell is no error."""
    await notify_organisation(network.institute, News(NotificationKind.ADOPTION_RECORDED, "Adoption", new_id(), "1"))
    assert await Notification.count() == 0


async def test_what_one_may_no_longer_read_is_not_shown(as_: As, network: SmallNetwork, adoption: str) -> None:
    """A notification outlives its subject and what may be read of it, and tells no more than that it was there."""
    await Adoption.update({Adoption.audience: [organisation_key(network.pes)]}, force=True)
    node = (await as_(network.olen_editor).ask(INBOX))["viewer"]["notifications"]["nodes"][0]
    assert (node["kind"], node["subject"]) == ("ADOPTION_RECORDED", None)
    await Adoption.delete(force=True)
    node = (await as_(network.olen_editor).ask(INBOX))["viewer"]["notifications"]["nodes"][0]
    assert node["subject"] is None
