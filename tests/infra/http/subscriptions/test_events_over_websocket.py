"""Subscriptions over graphql-transport-ws: what arrives, and to whom."""

from collections.abc import Callable

from infra.http.subscriptions.limits import StreamLimits
from infra.parts import Parts
from services.organisations.terms import Role
from services.viewer import PUBLIC
from tests.client import Client
from tests.factories.artefacts import stored_file
from tests.factories.cases import drafted_case, published_case
from tests.factories.comments import commented, reads, round_of
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import olen_admin, person_of
from tests.infra.http.subscriptions.conftest import Talk, serving
from tests.infra.http.subscriptions.talking import COMMENTS, converse

As = Callable[[str | None], Client]
CASE = "subscription ($id: ID!) { caseChanged(id: $id) { slug revision } }"
ROUND = "subscription ($id: ID!) { testRoundChanged(id: $id) { status revision organisation { slug } } }"
SHARED = {"networks": ["learning"]}


async def test_a_comment_arrives_as_it_was_asked_for(as_: As, network: SmallNetwork, talk: Talk) -> None:
    """Each new comment on the subject comes once, in the selection's shape; after `complete` none does."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    other = await published_case(as_(network.olen_editor), slug="other", audience={"public": True})
    async with talk(network.olen_editor) as socket:
        await socket.follow(COMMENTS, id=case_id)
        await commented(as_(network.reviewer), other, "Elsewhere")
        await commented(as_(network.reviewer), case_id, "Who was asked?")
        assert await socket.next() == {"commentAdded": {"body": "Who was asked?", "author": {"name": "Reviewer"}}}
        await socket.say(type="complete", id="1")
        await commented(as_(network.reviewer), case_id, "And who was not?")
        assert await socket.hears_nothing()


async def test_aliases_fragments_and_variables_shape_an_event(as_: As, network: SmallNetwork, talk: Talk) -> None:
    """An event's selection is compiled like any other."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    query = (
        "subscription S($id: ID!, $short: Boolean!)"
        " { new: commentAdded(subject: $id) { ...F revision @skip(if: $short) } }"
        " fragment F on Comment { __typename subject { ... on Case { slug title(lang: en) { text } } } }"
    )
    async with talk() as socket:
        await socket.follow(query, id=case_id, short=True)
        await commented(as_(network.reviewer), case_id)
        subject = {"slug": "olen-vision", "title": {"text": "Valuable services"}}
        assert await socket.next() == {"new": {"__typename": "Comment", "subject": subject}}


async def test_a_comment_that_one_may_not_read_does_not_arrive(as_: As, network: SmallNetwork, talk: Talk) -> None:
    """A comment for fewer readers than the subject has is an event for those alone; the others hear nothing of it."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    async with talk(network.outsider) as outside, talk(network.olen_reader) as inside:
        await outside.follow(COMMENTS, id=case_id)
        await inside.follow(COMMENTS, id=case_id)
        await commented(as_(network.reviewer), case_id, "Between us", audience={})
        assert (await inside.next())["commentAdded"]["body"] == "Between us"
        assert await outside.hears_nothing()
        await commented(as_(network.reviewer), case_id, "For all")
        assert (await outside.next())["commentAdded"]["body"] == "For all"


async def test_a_case_and_a_round_tell_of_their_changes(as_: As, network: SmallNetwork, talk: Talk) -> None:
    """Each change of a case or a round comes as the thing is afterwards."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    round_id = await round_of(case_id, network.olen, f"organisation:{network.olen}")
    async with talk(network.olen_reader) as socket:
        await socket.follow(CASE, "case", id=case_id)
        await socket.follow(ROUND, "round", id=round_id)
        await editor.do("submitCase", {"id": case_id}, "case { id }")
        assert await socket.next("case") == {"caseChanged": {"slug": "olen-vision", "revision": 2}}
        cancelled = {"id": round_id, "reason": [{"language": "en", "text": "Nobody came."}]}
        await editor.do("cancelTestRound", cancelled, "testRound { id }")
        told = {"status": "CANCELLED", "revision": 2, "organisation": {"slug": "olen"}}
        assert await socket.next("round") == {"testRoundChanged": told}


async def test_what_is_unreadable_is_as_what_does_not_exist(as_: As, network: SmallNetwork, talk: Talk) -> None:
    """A subscription to another's draft, to nothing, and to an id of another kind fail in the same words."""
    draft = await drafted_case(as_(network.olen_editor))
    nothing = "case_" + "0" * 32
    errors = []
    async with talk(network.outsider) as socket:
        for query, given in ((CASE, draft), (CASE, nothing), (CASE, "x"), (COMMENTS, draft), (COMMENTS, nothing)):
            await socket.subscribe(query, id=given)
            message = await socket.hear()
            assert message["type"] == "error"
            errors.append(message["payload"])
    words = "There is nothing to subscribe to with this id."
    assert errors == [[{"message": words, "extensions": {"code": "NOT_FOUND"}}]] * 5


async def test_leaving_a_network_ends_what_it_let_one_read(as_: As, network: SmallNetwork, talk: Talk) -> None:
    """When an organisation leaves, its people's subscriptions to what the network shares end within a second."""
    case_id = await published_case(as_(network.pes_editor), owner="arbetsformedlingen", audience=SHARED)
    async with talk(network.olen_reader) as leaving, talk(network.reviewer) as staying:
        await leaving.follow(COMMENTS, id=case_id)
        await staying.follow(COMMENTS, id=case_id)
        left = {"network": "learning", "organisation": "olen"}
        await as_(await olen_admin(network)).do("removeNetworkMember", left, "network { slug }")
        assert await leaving.ended() == "NOT_FOUND"
        await commented(as_(network.reviewer), case_id, "Still here")
        assert (await staying.next())["commentAdded"]["body"] == "Still here"
        assert await leaving.hears_nothing()


async def test_losing_a_role_ends_what_it_let_one_read(as_: As, network: SmallNetwork, talk: Talk) -> None:
    """Somebody who is taken out of an organisation hears no more of its drafts."""
    case_id = await drafted_case(as_(network.olen_editor))
    admin, reader = as_(await olen_admin(network)), as_(network.olen_reader)
    gone = {"organisation": "olen", "person": await person_of(reader)}
    async with talk(network.olen_reader) as socket:
        await socket.follow(CASE, id=case_id)
        await admin.do("removeMember", gone, "__typename")
        assert await socket.ended() == "NOT_FOUND"
    assert not await reads(reader, case_id)


async def test_a_revoked_token_closes_its_websocket(as_: As, network: SmallNetwork, talk: Talk) -> None:
    """Revoking a token ends its subscriptions with the reason, and then the WebSocket, with 4403."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    token = await person("Guest", {network.olen: Role.READER}, network.network)
    guest = as_(token)
    async with talk(token) as socket:
        await socket.follow(CASE, id=case_id)
        mine = await guest.ask("{ viewer { tokens { id } } }")
        await guest.do("revokeToken", {"id": mine["viewer"]["tokens"][0]["id"]}, "__typename")
        assert await socket.ended() == "UNAUTHENTICATED"
        code, reason = await socket.closed()
    assert (code, "token is not valid" in reason) == (4403, True)


async def test_narrower_readers_end_a_subscription(as_: As, network: SmallNetwork, talk: Talk) -> None:
    """When a round is shared with fewer, those who lost it are told that it is gone; the others that it changed."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience={"public": True})
    round_id = await round_of(case_id, network.olen, PUBLIC)
    async with talk() as outside, talk(network.olen_reader) as inside:
        await outside.follow(COMMENTS, id=round_id)
        await inside.follow(ROUND, id=round_id)
        await editor.do("shareTestRound", {"id": round_id, "audience": {}}, "testRound { id }")
        assert await outside.ended() == "NOT_FOUND"
        assert (await inside.next())["testRoundChanged"]["revision"] == 2


async def test_narrower_readers_of_a_case_end_what_is_read_with_it(
    as_: As, network: SmallNetwork, parts: Parts
) -> None:
    """When a case is shared with fewer, those who lost it hear that its rounds and files are gone; others go on."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience={"public": True})
    round_id = await round_of(case_id, network.olen, PUBLIC)
    followed = [round_id, await stored_file(editor, subject=case_id), await stored_file(editor, subject=round_id)]
    async with (  # with the usual limits: nobody is looked at anew by the clock within this test
        serving(parts, StreamLimits()) as address,
        converse(address) as outside,
        converse(address, network.olen_reader) as inside,
    ):
        for socket in (outside, inside):
            for thing in followed:
                await socket.subscribe(COMMENTS, thing, id=thing)
            await socket.follow(ROUND, "round", id=round_id)
        await editor.do("shareCase", {"id": case_id, "audience": {}}, "case { id }")
        told = [await outside.hear() for _ in range(8)]
        errors = [one["payload"]["errors"][0]["extensions"]["code"] for one in told if one["type"] == "next"]
        assert errors == ["NOT_FOUND"] * 4
        assert {one["id"] for one in told if one["type"] == "complete"} == {*followed, "round"}
        await commented(editor, followed[2], "Still here")
        assert (await inside.next(followed[2]))["commentAdded"]["body"] == "Still here"


async def test_what_takes_signing_in_is_refused_alone(as_: As, network: SmallNetwork, talk: Talk) -> None:
    """A mutation by nobody in particular is refused, and what they follow beside it goes on."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    async with talk() as socket:
        await socket.follow(COMMENTS, "events", id=case_id)
        mutation = "mutation ($given: AddCommentInput!) { addComment(input: $given) { comment { body } } }"
        await socket.subscribe(mutation, "mutation", given={"subject": case_id, "body": "By nobody"})
        refused = await socket.hear()
        assert (refused["type"], refused["id"]) == ("error", "mutation")
        assert refused["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        await commented(as_(network.reviewer), case_id, "Still there")
        assert (await socket.next("events"))["commentAdded"]["body"] == "Still there"


async def test_queries_and_mutations_are_answered_too(as_: As, network: SmallNetwork, talk: Talk) -> None:
    """A query and a mutation give one result and complete; several operations run side by side."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    async with talk(network.reviewer) as socket:
        await socket.follow(COMMENTS, "events", id=case_id)
        await socket.subscribe("{ viewer { person { name } } }", "query")
        assert await socket.next("query") == {"viewer": {"person": {"name": "Reviewer"}}}
        assert await socket.hear() == {"type": "complete", "id": "query"}
        mutation = "mutation ($given: AddCommentInput!) { addComment(input: $given) { comment { body } } }"
        await socket.subscribe(mutation, "mutation", given={"subject": case_id, "body": "By wire"})
        heard = [await socket.hear() for _ in range(3)]
        told = {(message["type"], message["id"]) for message in heard}
        assert told == {("next", "mutation"), ("complete", "mutation"), ("next", "events")}
