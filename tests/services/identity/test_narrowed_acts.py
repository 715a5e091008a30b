"""A sign-in for one organisation changes nothing that the person said, or was asked, for another."""

from collections.abc import Callable

from services.organisations.terms import Role
from tests.client import Client
from tests.factories.cases import drafted_case, published_case
from tests.factories.comments import commented
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import person_of
from tests.factories.reviews import requested
from tests.factories.sharing import SOON
from tests.services.identity.test_narrowed_lists import close_to

As = Callable[[str | None], Client]
REVIEWS = "{ reviews(first: 9) { totalCount nodes { id } } }"


async def test_what_was_said_for_another_organisation_stays(as_: As, network: SmallNetwork) -> None:
    """Their comments are edited and deleted by a sign-in for whom they were made for, or for all."""
    roles = {network.pes: Role.EDITOR, network.institute: Role.REVIEWER}
    both = as_(await person("Both", roles, network.network))
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    said = await commented(both, case_id, "For the institute.", organisation="review-institute")
    other, own = await close_to(as_, both, network.pes), await close_to(as_, both, network.institute)
    assert await other.refused("editComment", {"id": said, "body": "Forged."}) == [("FORBIDDEN", "")]
    assert await other.refused("deleteComment", {"id": said}) == [("FORBIDDEN", "")]
    assert await other.refused("resolveComment", {"id": said}) == [("FORBIDDEN", "")]
    await own.do("editComment", {"id": said, "body": "Better said."}, "comment { id }")
    await both.do("deleteComment", {"id": said}, "comment { id }")


async def test_reviews_for_another_organisation_are_not_listed_nor_answered(as_: As, network: SmallNetwork) -> None:
    """A review is there for a sign-in for the organisation that it is for, and for the one that asked."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience={"public": True})
    review = await requested(editor, case_id, organisation="review-institute")
    other, own = await close_to(as_, reviewer, network.pes), await close_to(as_, reviewer, network.institute)
    assert (await other.ask(REVIEWS))["reviews"] == {"totalCount": 0, "nodes": []}
    assert (await own.ask(REVIEWS))["reviews"]["nodes"] == [{"id": review}]
    assert await other.refused("declineReview", {"id": review}) == [("FORBIDDEN", "")]
    await own.do("declineReview", {"id": review}, "review { id }")


async def test_another_organisations_guest_is_not_sent_away(as_: As, network: SmallNetwork) -> None:
    """Whoever was let in ends that by a sign-in for the organisation that let them in, or for all."""
    editor = as_(network.olen_editor)
    guest = as_(await person("Guest", {network.pes: Role.EDITOR}, network.network))
    given = {"case": await drafted_case(editor), "person": await person_of(guest), "until": SOON}
    admission = (await editor.do("inviteGuest", given, "admission { id }"))["admission"]["id"]
    other = await close_to(as_, guest, network.pes)
    assert await other.refused("endAdmission", {"id": admission}) == [("FORBIDDEN", "")]
    await guest.do("endAdmission", {"id": admission}, "admission { id }")
