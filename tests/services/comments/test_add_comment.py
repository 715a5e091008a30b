"""addComment, through GraphQL."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from infra.postgres.database import Database
from services.cases.tables import Case, CaseVersion
from services.comments.tables import Comment
from services.log import LogEntry
from services.organisations.terms import Role
from services.viewer import network_key, organisation_key, person_key
from tests.client import Client
from tests.factories.artefacts import stored_file
from tests.factories.cases import content, drafted_case, published_case
from tests.factories.comments import commented, reads, round_of, row_id
from tests.factories.network import SmallNetwork, organisation, person

As = Callable[[str | None], Client]
EVERYONE = {"public": True}
LEARNING = {"networks": ["learning"]}


async def test_the_lab_sees_what_a_reviewer_elsewhere_says_of_its_round(as_: As, network: SmallNetwork) -> None:
    """A reviewer of another organisation comments on a passage of a round, and the lab's editor reads it there."""
    lab, reviewer = as_(network.pes_editor), as_(network.reviewer)
    case_id = await published_case(lab, owner="arbetsformedlingen", slug="greenhouse", audience=EVERYONE)
    round_id = await round_of(case_id, network.pes, network_key(network.network), revision=3)
    given = {
        "subject": round_id,
        "body": "How were the visitors chosen?",
        "language": "en",
        "anchor": {"quote": "En värd hjälper.", "suffix": " Alla"},
    }
    made = await reviewer.do("addComment", given, "comment { organisation { slug } author { name } subjectVersion }")
    assert made["comment"] == {
        "organisation": {"slug": "review-institute"},
        "author": {"name": "Reviewer"},
        "subjectVersion": 3,
    }
    query = """query($id: ID!) { node(id: $id) { ... on TestRound { comments(first: 5) { totalCount nodes {
        body language author { name } anchor { quote prefix suffix } resolvedAt
        subject { __typename ... on TestRound { id } } } } } } }"""
    assert (await lab.ask(query, id=round_id))["node"]["comments"] == {
        "totalCount": 1,
        "nodes": [
            {
                "body": "How were the visitors chosen?",
                "language": "en",
                "author": {"name": "Reviewer"},
                "anchor": {"quote": "En värd hjälper.", "prefix": None, "suffix": " Alla"},
                "resolvedAt": None,
                "subject": {"__typename": "TestRound", "id": round_id},
            }
        ],
    }


async def test_a_comment_stays_at_the_version_it_was_made_on(as_: As, network: SmallNetwork) -> None:
    """U10: what was said of revision 2 of a round still speaks of that after revision 3, and of nothing to come."""
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    round_id = await round_of(case_id, network.olen, "public", revision=3)
    reviewer = as_(network.reviewer)
    comment_id = await commented(reviewer, round_id, subjectVersion=2)
    query = "query($id: ID!) { node(id: $id) { ... on Comment { subjectVersion } } }"
    assert (await reviewer.ask(query, id=comment_id))["node"] == {"subjectVersion": 2}
    assert await reviewer.refused("addComment", {"subject": round_id, "body": "?", "subjectVersion": 4}) == [
        ("NOT_FOUND", "subjectVersion")
    ]


async def test_a_reply_stands_under_what_it_answers(as_: As, network: SmallNetwork) -> None:
    """Replies are listed under their comment, oldest first, and the filter tells them from beginnings of threads."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience=EVERYONE)
    first = await commented(reviewer, case_id, "Which parties?")
    await commented(editor, case_id, "All of them.", replyTo=first)
    await commented(reviewer, case_id, "Thank you.", replyTo=first)
    query = """{ case(slug: "olen-vision") { comments(filter: {isReply: false}, first: 9) { nodes { body
        replyTo { body } replies(first: 9) { nodes { body replyTo { body } } } } } } }"""
    assert (await as_(None).ask(query))["case"]["comments"]["nodes"] == [
        {
            "body": "Which parties?",
            "replyTo": None,
            "replies": {
                "nodes": [
                    {"body": "All of them.", "replyTo": {"body": "Which parties?"}},
                    {"body": "Thank you.", "replyTo": {"body": "Which parties?"}},
                ]
            },
        }
    ]


async def test_a_reply_speaks_of_the_same_thing(as_: As, network: SmallNetwork) -> None:
    """A reply to a comment on another thing is refused, and one to a comment that the viewer may not read too."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    one = await published_case(editor, slug="one", audience=EVERYONE)
    other = await published_case(editor, slug="other", audience=EVERYONE)
    inside = await commented(editor, one, audience={})
    given = {"subject": other, "body": "Yes."}
    assert await reviewer.refused("addComment", {**given, "replyTo": await commented(editor, one)}) == [
        ("INVALID", "replyTo")
    ]
    assert await reviewer.refused("addComment", {**given, "subject": one, "replyTo": inside}) == [
        ("NOT_FOUND", "replyTo")
    ]
    assert await reviewer.refused("addComment", {**given, "replyTo": "comment_1"}) == [("NOT_FOUND", "replyTo")]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"body": " "}, [("REQUIRED", "body")]),
        ({"body": "x" * 10_001}, [("TOO_LONG", "body")]),
        ({"anchor": {"quote": " "}}, [("REQUIRED", "anchor.quote")]),
        ({"anchor": {"quote": "x" * 2_001}}, [("TOO_LONG", "anchor.quote")]),
        ({"anchor": {"quote": "x", "prefix": "x" * 201}}, [("TOO_LONG", "anchor.prefix")]),
        ({"subject": "case_1"}, [("NOT_FOUND", "subject")]),
        ({"subject": "event_" + "0" * 32}, [("NOT_FOUND", "subject")]),
        ({"subjectVersion": 2}, [("NOT_FOUND", "subjectVersion")]),
        ({"subjectVersion": 0}, [("NOT_FOUND", "subjectVersion")]),
        ({"organisation": "nowhere"}, [("NOT_FOUND", "organisation")]),
        ({"organisation": "olen"}, [("FORBIDDEN", "")]),
        ({"audience": {"networks": ["nowhere"]}}, [("NOT_FOUND", "audience.networks")]),
    ],
)
async def test_what_is_wrong_is_said_and_not_stored(
    as_: As, network: SmallNetwork, changes: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    """Each bad input is refused with its code and field, and there is no comment afterwards."""
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    given = {"subject": case_id, "body": "Well done.", **changes}
    assert await as_(network.reviewer).refused("addComment", given) == problems
    assert await Comment.count() == 0


async def test_only_reviewers_comment(as_: As, network: SmallNetwork) -> None:
    """A reader of the owner's organisation may read the case, and not comment on it."""
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    given = {"subject": case_id, "body": "Well done."}
    assert await as_(network.olen_reader).refused("addComment", given) == [("FORBIDDEN", "")]
    assert await as_(network.olen_reader).refused("addComment", {**given, "organisation": "olen"}) == [
        ("FORBIDDEN", "")
    ]


async def test_who_speaks_for_several_organisations_says_for_which(as_: As, network: SmallNetwork) -> None:
    """With two organisations to speak for, one has to be named; an organisation that one only reads for is none."""
    other = await organisation("second-institute")
    roles = {network.institute: Role.REVIEWER, other: Role.EDITOR, network.olen: Role.READER}
    both = as_(await person("Both", roles, network.network))
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    given = {"subject": case_id, "body": "Well done."}
    assert await both.refused("addComment", given) == [("REQUIRED", "organisation")]
    payload = await both.do(
        "addComment", {**given, "organisation": "second-institute"}, "comment { organisation { slug } }"
    )
    assert payload["comment"]["organisation"]["slug"] == "second-institute"


async def test_an_outsider_comments_on_nothing_that_they_cannot_read(as_: As, network: SmallNetwork) -> None:
    """To an outsider a case of the network is not there to be commented on, and a comment on it is not there either."""
    case_id = await published_case(as_(network.olen_editor), audience=LEARNING)
    comment_id = await commented(as_(network.reviewer), case_id)
    outsider = as_(network.outsider)
    assert await outsider.refused("addComment", {"subject": case_id, "body": "?"}) == [("NOT_FOUND", "subject")]
    assert not await reads(outsider, comment_id)
    assert not await reads(as_(None), comment_id)
    assert await reads(as_(network.pes_editor), comment_id)


async def test_what_is_said_of_a_draft_stays_with_its_readers(as_: As, network: SmallNetwork) -> None:
    """A comment on the next version of a public case is read by that draft's readers, even when it is a reply."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience=EVERYONE)
    first = await commented(reviewer, case_id, "Which parties?")
    await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
    about_draft = await commented(editor, case_id, "I added them here.", subjectVersion=2, replyTo=first)
    assert await reads(editor, about_draft)
    assert not await reads(reviewer, about_draft)
    assert await reviewer.refused("addComment", {"subject": case_id, "body": "?", "subjectVersion": 2}) == [
        ("NOT_FOUND", "subjectVersion")
    ]
    stored = await Comment.select(Comment.audience).where(Comment.id == row_id(about_draft)).first()
    assert stored == {"audience": [organisation_key(network.olen)]}


async def test_a_comment_on_a_draft_speaks_of_the_draft(as_: As, network: SmallNetwork) -> None:
    """While nothing is published, the draft is the current version, and its organisation may comment on it."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor, audience=EVERYONE)
    comment_id = await commented(editor, case_id)
    assert await reads(as_(network.olen_reader), comment_id)
    assert not await reads(as_(network.pes_editor), comment_id)


async def test_a_key_makes_one_comment(as_: As, network: SmallNetwork) -> None:
    """The same request twice makes one comment; the key with other words is refused."""
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    reviewer = as_(network.reviewer)
    first = await commented(reviewer, case_id, idempotencyKey="k1")
    assert await commented(reviewer, case_id, idempotencyKey="k1") == first
    given = {"subject": case_id, "body": "Other words.", "idempotencyKey": "k1"}
    assert await reviewer.refused("addComment", given) == [("KEY_REUSED", "idempotencyKey")]
    assert await Comment.count() == 1


async def test_a_comment_outlives_its_author(as_: As, network: SmallNetwork, open_database: Database) -> None:
    """Rule 15: when a person is gone, the comment stays in the name of their organisation."""
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    comment_id = await commented(as_(network.reviewer), case_id)
    await open_database.pool.execute("delete from person where name = 'Reviewer'")
    query = "query($id: ID!) { node(id: $id) { ... on Comment { body author { name } organisation { slug } } } }"
    assert (await as_(None).ask(query, id=comment_id))["node"] == {
        "body": "Who was asked?",
        "author": None,
        "organisation": {"slug": "review-institute"},
    }


async def test_a_token_without_the_scope_comments_on_nothing(
    as_: As, network: SmallNetwork, open_database: Database
) -> None:
    """REVIEW is enough to comment, READ is not."""
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    reviewer = as_(network.reviewer)
    await open_database.pool.execute("update personal_token set scopes = '{READ,REVIEW}'")
    await commented(reviewer, case_id)
    await open_database.pool.execute("update personal_token set scopes = '{READ}'")
    outsider = as_(network.outsider)
    assert await outsider.refused("addComment", {"subject": case_id, "body": "?"}) == [("FORBIDDEN", "")]


async def test_nobody_in_particular_comments_on_nothing(as_: As, network: SmallNetwork) -> None:
    """Without a token the request is not carried out."""
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    document = "mutation($input: AddCommentInput!) { addComment(input: $input) { comment { id } } }"
    answer = await as_(None).send(document, input={"subject": case_id, "body": "?"})
    assert answer.status_code == 401
    assert await Comment.count() == 0


@pytest.mark.parametrize("audience", [EVERYONE, LEARNING], ids=["everyone", "learning"])
@pytest.mark.parametrize("kind", ["case", "round", "file"])
async def test_the_usual_comment_is_made_as_any_other(
    as_: As, network: SmallNetwork, kind: str, audience: dict[str, Any]
) -> None:
    """What is made in one statement has the same readers, the same version and the same log line."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience=audience)
    subject = case_id
    if kind == "round":
        subject = await round_of(case_id, network.olen, "public", revision=2)
    elif kind == "file":
        subject = await stored_file(editor, subject=case_id)
    anchor = {"quote": " as is", "suffix": "."}
    usual = await commented(reviewer, subject, "Who?", language="en", anchor=anchor)
    other = await commented(reviewer, subject, "Who?", language="en", anchor=anchor, idempotencyKey="another way")
    assert await _stored(usual) == await _stored(other)


async def test_a_guest_keeps_the_key_that_let_them_in(as_: As, network: SmallNetwork) -> None:
    """What a guest says is read by them and by the thing's own readers, and not by another guest."""
    editor, reviewer, outsider = as_(network.olen_editor), as_(network.reviewer), as_(network.outsider)
    case_id = await published_case(editor, audience={})
    who = "{ viewer { person { id } } }"
    mine, theirs = [(await one.ask(who))["viewer"]["person"]["id"] for one in (reviewer, outsider)]
    keys = [organisation_key(network.olen), person_key(row_id(mine)), person_key(row_id(theirs))]
    await Case.update({Case.audience: keys}).where(Case.id == row_id(case_id))
    await CaseVersion.update({CaseVersion.audience: keys}).where(CaseVersion.case == row_id(case_id))
    comment_id = await commented(reviewer, case_id)
    assert [await reads(one, comment_id) for one in (editor, reviewer, outsider)] == [True, True, False]


async def _stored(comment_id: str) -> list[dict[str, Any]]:
    comment = await Comment.select().where(Comment.id == row_id(comment_id)).first()
    line = await LogEntry.select().where(LogEntry.subject_id == row_id(comment_id)).first()
    assert comment is not None
    assert line is not None
    line["detail"] = json.loads(line["detail"])
    own = {"id", "created_at", "at", "subject_id", "salt"}
    return [{name: value for name, value in row.items() if name not in own} for row in (comment, line)]
