"""Who may read a comment, held against who may read what it speaks of."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.postgres.database import Database
from services.access import readable
from services.artefacts.tables import Artefact, ArtefactVersion
from services.artefacts.terms import ArtefactKind, UploadState
from services.cases.tables import Case, CaseVersion
from services.cases.terms import CaseKind, PublicationStatus
from services.comments.readers import shared
from services.ids import new_id
from services.practices.tables import Practice, PracticeVersion
from services.viewer import PUBLIC, network_key, organisation_key
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.comments import commented, reads, round_of, row_id
from tests.factories.network import SmallNetwork, text
from tests.factories.network import network as made_network

As = Callable[[str | None], Client]
PEOPLE = ("olen_editor", "olen_reader", "pes_editor", "reviewer", "outsider", None)
AUTHORS = ("olen_editor", "pes_editor", "reviewer", "outsider")
KEYS = st.sampled_from(("public", "learning", "olen", "pes", "institute", "agency"))
AUDIENCES = st.sets(KEYS, min_size=1, max_size=3)
INPUTS = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "public": st.booleans(),
        "networks": st.just(["learning"]),
        "organisations": st.lists(st.sampled_from(("olen", "review-institute", "outside-agency")), max_size=2),
    },
)


@dataclass(frozen=True, slots=True)
class Said:
    """A comment to try: who makes it, for whom, and on which version of a case or a practice."""

    author: str
    audience: dict[str, Any] | None
    on_draft: bool


SAID = st.builds(Said, st.sampled_from(AUTHORS), INPUTS, st.booleans())


@given(one=st.lists(KEYS, unique=True), other=st.lists(KEYS, unique=True), keyring=st.sets(KEYS))
def test_shared_audiences_are_read_with_both(one: list[str], other: list[str], keyring: set[str]) -> None:
    """Whoever reads what two audiences share reads with each of them, whichever keys they hold."""
    keyring |= {PUBLIC}
    if readable(shared(one, other), keyring):
        assert readable(one, keyring)
        assert readable(other, keyring)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(("case", "round", "practice", "artefact")), draw=st.data())
async def test_whoever_reads_a_comment_reads_its_subject(
    as_: As, network: SmallNetwork, open_database: Database, kind: str, draw: st.DataObject
) -> None:
    """However a comment's audience was chosen, and whatever becomes of its subject's, its readers are among them."""
    before, draft, after = (_keys(network, draw.draw(AUDIENCES)) for _ in range(3))
    subject = await _subject(network, kind, before, draft)
    made: list[str] = []
    for said in draw.draw(st.lists(SAID, min_size=1, max_size=3)):
        version = {"subjectVersion": 2} if said.on_draft and kind in {"case", "practice"} else {}
        given: dict[str, Any] = {"subject": subject, "body": "?", **version, **({"replyTo": made[-1]} if made else {})}
        if said.audience is not None:
            given["audience"] = said.audience
        payload = await as_(getattr(network, said.author)).change("addComment", given, "comment { id }")
        made += [payload["comment"]["id"]] if payload["comment"] else []
    await _assert_contained(as_, network, subject, made)
    table = {"case": "case", "round": "test_round", "practice": "practice", "artefact": "artefact"}[kind]
    await open_database.pool.execute(
        f'update "{table}" set audience = $2 where id = $1',
        row_id(subject),
        after,
    )
    await _assert_contained(as_, network, subject, made)


async def test_a_narrowed_case_takes_its_comments_along(
    as_: As, network: SmallNetwork, open_database: Database
) -> None:
    """When a public case is closed to others, what was said of it in public is closed with it; replies too."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience={"public": True})
    round_id = await round_of(case_id, network.olen, PUBLIC)
    made = [await commented(reviewer, case_id), await commented(reviewer, round_id)]
    made.append(await commented(editor, case_id, replyTo=made[0]))
    assert all([await reads(as_(None), comment_id) for comment_id in made])
    await open_database.pool.execute('update "case" set audience = $1', [organisation_key(network.olen)])
    assert not any([await reads(as_(None), comment_id) for comment_id in made])
    assert all([await reads(editor, comment_id) for comment_id in made])


async def test_a_comment_can_be_kept_between_two_organisations(as_: As, network: SmallNetwork) -> None:
    """With an empty audience only the subject's organisation and the author's own read it, and so the replies."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience={"networks": ["learning"]})
    private = await commented(reviewer, case_id, audience={})
    answer = await commented(editor, case_id, replyTo=private)
    for comment_id in (private, answer):
        assert await reads(editor, comment_id)
        assert await reads(reviewer, comment_id)
        assert not await reads(as_(network.pes_editor), comment_id)
    query = '{ case(slug: "olen-vision") { comments(first: 9) { totalCount nodes { id } } } }'
    assert (await as_(network.pes_editor).ask(query))["case"]["comments"] == {"totalCount": 0, "nodes": []}


async def test_readers_outside_are_refused(as_: As, network: SmallNetwork) -> None:
    """Who says who reads the subject is told whom they may not name; members of its networks they may."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience={"networks": ["learning"]})
    given = {"subject": case_id, "body": "?"}
    for audience in ({"public": True}, {"organisations": ["outside-agency"]}):
        assert await editor.refused("addComment", {**given, "audience": audience}) == [("INVALID", "audience")]
    assert await reviewer.refused("addComment", {**given, "audience": {"public": True}}) == [("INVALID", "audience")]
    await commented(editor, case_id, audience={"organisations": ["arbetsformedlingen"]})


async def test_nobody_learns_who_else_reads(as_: As, network: SmallNetwork, open_database: Database) -> None:
    """Others name whom they like: who may not read the subject, or what is answered, does not, and nothing tells it."""
    editor, reviewer, pes = as_(network.olen_editor), as_(network.reviewer), as_(network.pes_editor)
    hidden = await made_network("hidden", network.olen, network.agency)
    case_id = await published_case(editor, audience={"networks": ["learning", "hidden"]})
    outsider = as_(network.outsider)
    private = await commented(reviewer, case_id, audience={})
    agencys = {"organisations": ["outside-agency"]}
    for more, reads_case in (({}, True), ({"replyTo": private}, False)):
        comment_id = await commented(reviewer, case_id, audience=agencys, **more)
        assert await reads(outsider, comment_id) is reads_case
        assert [await reads(one, comment_id) for one in (editor, reviewer, pes)] == [True, True, False]
    networks = await commented(reviewer, case_id, replyTo=private, audience={"networks": ["learning"]})
    assert [await reads(one, networks) for one in (editor, reviewer, pes)] == [True, True, False]
    await open_database.pool.execute("delete from network_member where network = $1", hidden)
    after = await commented(reviewer, case_id, audience=agencys)
    assert not await reads(as_(network.outsider), after)


async def test_naming_a_network_reaches_those_of_it_who_read(as_: As, network: SmallNetwork) -> None:
    """Where the subject is shared with single organisations, of a network that is named they are meant."""
    editor, reviewer, pes = as_(network.olen_editor), as_(network.reviewer), as_(network.pes_editor)
    case_id = await published_case(editor, audience={"organisations": ["review-institute", "arbetsformedlingen"]})
    comment_id = await commented(reviewer, case_id, audience={"networks": ["learning"]})
    assert [await reads(one, comment_id) for one in (editor, reviewer, pes)] == [True, True, True]


def _keys(network: SmallNetwork, names: Sequence[str] | set[str]) -> list[str]:
    known = {
        "public": PUBLIC,
        "learning": network_key(network.network),
        **{name: organisation_key(getattr(network, name)) for name in ("olen", "pes", "institute", "agency")},
    }
    return [known[name] for name in sorted(names)]


async def _assert_contained(as_: As, network: SmallNetwork, subject: str, made: list[str]) -> None:
    for name in PEOPLE:
        answer = await as_(name and getattr(network, name)).ask(
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[subject, *made]
        )
        found = [node is not None for node in answer["nodes"]]
        assert found[0] or not any(found[1:]), name


async def _subject(network: SmallNetwork, kind: str, audience: list[str], draft: list[str]) -> str:
    """A published thing of Olen's, with a draft of its next version where it has versions; gives its global id."""
    case = Case(
        id=new_id(),
        slug=f"s-{new_id().hex}",
        kind=CaseKind.METHOD,
        owner=network.olen,
        audience=audience if kind == "case" else [PUBLIC],
    )
    await Case.insert(case)
    title = text(en="Title")
    for number, readers in ((1, case.audience), (2, draft)):
        await CaseVersion.insert(
            CaseVersion(
                case=case.id,
                number=number,
                status=PublicationStatus.PUBLISHED if number == 1 else PublicationStatus.DRAFT,
                audience=readers,
                title=title,
                created_at=case.created_at,
            )
        )
    match kind:
        case "case":
            return f"case_{case.id.hex}"
        case "round":
            return await round_of(f"case_{case.id.hex}", network.olen, *audience)
        case "practice":
            practice = Practice(id=new_id(), slug=case.slug, owner=network.olen, audience=audience)
            await Practice.insert(practice)
            for number, readers in ((1, audience), (2, draft)):
                await PracticeVersion.insert(
                    PracticeVersion(
                        practice=practice.id,
                        number=number,
                        status=PublicationStatus.PUBLISHED if number == 1 else PublicationStatus.DRAFT,
                        audience=readers,
                        title=title,
                        created_at=case.created_at,
                    )
                )
            return f"practice_{practice.id.hex}"
        case _:
            return await _file(network, case.id, audience)


async def _file(network: SmallNetwork, case_id: UUID, audience: list[str]) -> str:
    artefact = Artefact(
        id=new_id(),
        case=case_id,
        organisation=network.olen,
        title=json.loads(text(en="Report")),
        kind=ArtefactKind.REPORT,
        audience=audience,
        current_number=1,
    )
    await Artefact.insert(artefact)
    await ArtefactVersion.insert(
        ArtefactVersion(
            artefact=artefact.id,
            number=1,
            file_name="report.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            storage_key=artefact.id.hex,
            state=UploadState.STORED,
        )
    )
    return f"artefact_{artefact.id.hex}"
