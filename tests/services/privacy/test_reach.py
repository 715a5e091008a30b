"""How far a departure reaches: what is of the round, and what is on its case where the owner trusts the lab."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from infra.postgres.database import Database
from services.artefacts.tables import ArtefactVersion
from services.cases.tables import Admission
from services.comments.tables import Comment
from services.log import LogEntry
from services.organisations.terms import Role
from services.passages import Print, unpacked
from services.test_rounds import departures
from services.test_rounds.tables import WithdrawnWords
from tests.client import Client
from tests.emptying import empty
from tests.factories.artefacts import stored_file
from tests.factories.cases import content, published_case
from tests.factories.comments import commented, reads, row_id
from tests.factories.network import SmallNetwork, person, small_network
from tests.factories.reviews import VERDICT, accepted
from tests.factories.rounds import moved, observation, own_case, running
from tests.factories.sharing import admitted

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]

WORDS = ("quor1 quor2 quor3", "quor4 quor5 quor6 quor7 quor8 quor9 quor0")
PLACES = ("comment", "narrowed", "anchor", "file comment", "file", "review")
TEXT = {"fileName": "report.txt", "mediaType": "text/plain"}
PUBLIC = {"public": True}
AGENCY = "outside-agency"
LOG = """query($slug: String!) { organisation(slug: $slug) { auditLog(first: 50) {
  nodes { action actor { name } subjectId details { name value } } } } }"""
INBOX = "{ viewer { notifications(first: 20) { nodes { kind subject { ... on Node { id } } } } } }"
SEEN = """query($id: ID!) { node(id: $id) {
  ... on Comment { said: body revision } ... on Review { written: body revision } } }"""


@dataclass(frozen=True, slots=True)
class Thing:
    """What somebody has on the case: where, which words, and whether it was there before the outsider recorded them."""

    place: str
    words: int
    by: str
    earlier: bool


def _things(*places: str) -> st.SearchStrategy[Thing]:
    people = st.sampled_from(["olen_editor", "pes_editor", "reviewer"])
    return st.builds(Thing, st.sampled_from(places), st.integers(0, 1), people, st.booleans())


@dataclass(frozen=True, slots=True)
class Scene:
    """A case with things of several organisations, and who reads the outsider's round on it."""

    things: tuple[Thing, ...]
    is_hidden: bool


SCENES = st.builds(Scene, st.lists(_things(*PLACES), min_size=1, max_size=6).map(tuple), st.booleans())
EVERYTHING = Scene(
    tuple(Thing(place, n % 2, ("olen_editor", "pes_editor")[n % 2], n % 3 == 0) for n, place in enumerate(PLACES * 2)),
    is_hidden=True,
)


async def made(thing: Thing, network: SmallNetwork, http: httpx.AsyncClient, case: str, file: str) -> None:
    """Put one thing on the case."""
    words, client = f"So it is: {WORDS[thing.words]}.", Client(http, getattr(network, thing.by))
    match thing.place:
        case "comment":
            await commented(client, case, words)
        case "narrowed":
            await commented(client, case, words, audience={})
        case "anchor":
            await commented(client, case, "This here.", anchor={"quote": WORDS[thing.words]})
        case "file comment":
            await commented(client, file, words)
        case "file":
            await stored_file(Client(http, network.olen_editor), words.encode(), subject=case, **TEXT)
        case _:
            reviewer = Client(http, network.reviewer)
            review = await accepted(Client(http, network.olen_editor), reviewer, case)
            await reviewer.do("submitReview", {"id": review, **VERDICT, "body": words}, "review { id }")


async def others(owner: Connection, agency: str) -> dict[str, list[str]]:
    """Everything that is kept of others than one organisation, and that others are told, as rows."""
    held = {}
    of = "t.organisation is distinct from (select id from organisation where slug = $1)"
    for table, condition in {
        "comment": of,
        "review": of,
        "artefact": of,
        "artefact_version": f"exists (select from artefact t where t.id = artefact and {of})",
        "log": of,
        "data_export": "$1 <> ''",
        "notification": "person <> (select id from person where name = 'Outsider') and $1 <> ''",
    }.items():
        query = f'select t::text as row from "{table}" t where {condition} order by 1'
        held[table] = [row["row"] for row in await owner.fetch(query, agency)]
    held["search_text"] = [str(row) for row in await owner.fetch(_FOUND)]
    return held


_FOUND = """
    select s.thing, t.language, t.body from search_text t join search_thing s on s.id = t.thing
    where s.type <> 'TestRound' order by 1, 2
"""


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a scene takes seconds, so none is made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(EVERYTHING)
@given(scene=SCENES)
async def test_nobody_takes_words_from_others(
    http: httpx.AsyncClient, clean: Database, owner: Connection, work: Work, scene: Scene
) -> None:
    """Whatever a lab that no owner has let in records and withdraws on their case, nothing of others changes.

    Whoever cannot read its round is told nothing, and its own log tells nothing of what others have.
    """
    await empty(owner)
    network = await small_network()
    editor, outsider = Client(http, network.olen_editor), Client(http, network.outsider)
    case = await own_case(editor)
    file = await stored_file(editor, subject=case)
    await editor.do("exportMyData", {}, "dataExport { askedAt }")
    for thing in scene.things:
        if thing.earlier:
            await made(thing, network, http, case, file)
    readers = {} if scene.is_hidden else PUBLIC
    planned = await running(outsider, organisation=AGENCY, audience=readers, start={"lawfulBasis": "PUBLIC_TASK"})
    seen = [observation(planned, words, alias="Alder") for words in WORDS]
    await moved(outsider, "recordObservations", planned, observations=seen)
    for thing in scene.things:
        if not thing.earlier:
            await made(thing, network, http, case, file)
    await commented(outsider, case, f"They said {WORDS[0]}.")
    await work()
    before = await others(owner, AGENCY)
    known = {row["subject_id"] for row in await LogEntry.select().where(LogEntry.organisation == network.agency)}

    await moved(outsider, "withdrawConsent", planned, alias="Alder")
    await work()

    after = await others(owner, AGENCY)
    told = [row for row in after.pop("notification") if row not in before["notification"]]
    assert after == {name: rows for name, rows in before.items() if name in after}
    assert all("FILES_TO_CHECK" in row for row in told)
    assert not (scene.is_hidden and told)
    lines = await LogEntry.select().where(LogEntry.organisation == network.agency)
    assert {row["subject_id"] for row in lines} <= known
    (mine,) = await Comment.select(Comment.body).where(Comment.organisation == network.agency)
    assert mine["body"] == "They said […]."


async def with_partner(olen: Client, *, role: str = "CO_CREATOR") -> str:
    """Olen's public case, into which the Swedish PES was let as a partner."""
    parts = [{"organisation": "olen", "role": "OWNER"}, {"organisation": "arbetsformedlingen", "role": role}]
    case = await published_case(olen, audience=PUBLIC, content=content(participations=parts))
    await admitted(olen, case, "arbetsformedlingen")
    return case


async def of_pes(pes: Client, readers: dict[str, Any]) -> dict[str, Any]:
    """The partner's own round, in which Alder was seen."""
    planned = await running(
        pes, organisation="arbetsformedlingen", audience=readers, start={"lawfulBasis": "PUBLIC_TASK"}
    )
    await moved(pes, "recordObservations", planned, observations=[observation(planned, WORDS[0], alias="Alder")])
    return planned


async def redactions(network: SmallNetwork, organisation: str, action: str) -> list[dict[str, Any]]:
    """What the log of an organisation says of an action."""
    rows = (
        await LogEntry.select(LogEntry.person, LogEntry.subject_id, LogEntry.detail)
        .where((LogEntry.organisation == getattr(network, organisation)) & (LogEntry.action == action))
        .output(load_json=True)
    )
    return list(rows)


@pytest.mark.parametrize("is_hidden", [True, False])
async def test_a_partner_is_trusted_with_what_was_said_after(
    as_: As, network: SmallNetwork, work: Work, *, is_hidden: bool
) -> None:
    """Words that others repeated after a partner recorded them go; what said them before stays as it was.

    The log of whose comment it was tells that it lost words, and in which round only to who reads that.
    """
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    case = await with_partner(olen)
    before = await commented(olen, case, f"Long known: {WORDS[0]}.")
    edited = await commented(olen, case, "Nothing yet.")
    planned = await of_pes(pes, {} if is_hidden else PUBLIC)
    after = await commented(olen, case, f"I hear {WORDS[0]}.")
    await olen.do("editComment", {"id": edited, "body": f"Now {WORDS[0]}."}, "comment { id }")
    await moved(pes, "withdrawConsent", planned, alias="Alder")
    bodies = [(await olen.ask(SEEN, id=one))["node"]["said"] for one in (before, after, edited)]
    assert bodies == [f"Long known: {WORDS[0]}.", "I hear […].", "Now […]."]
    lines = await redactions(network, "olen", "redact_comment")
    why = {"because": "withdrawn_words"}
    named = {} if is_hidden else {"test_rounds": [str(row_id(planned["id"]))]}
    assert [(row["person"], row["detail"]) for row in lines] == [(None, {**why, **named})] * 2
    assert {row["subject_id"] for row in lines} == {row_id(after), row_id(edited)}
    assert await redactions(network, "pes", "redact_comment") == []


async def test_a_partner_is_trusted_with_files_that_came_after(as_: As, network: SmallNetwork, work: Work) -> None:
    """A file that was there before a partner recorded its words stays; later ones are withheld, and Olen knows why."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    case = await with_partner(olen)
    words = f"It says {WORDS[0]}, no less.".encode()
    early = await stored_file(olen, words, subject=case, **TEXT)
    planned = await of_pes(pes, {})
    late = await stored_file(olen, words, subject=case, **TEXT)
    await work()
    await moved(pes, "withdrawConsent", planned, alias="Alder")
    await work()
    await WithdrawnWords.update({WithdrawnWords.edits_case: None}, force=True)  # as of before this was kept
    latest = await stored_file(olen, words, subject=case, **TEXT)
    await work()
    rows = await ArtefactVersion.select(ArtefactVersion.artefact, ArtefactVersion.withheld_at)
    withheld = {row["artefact"] for row in rows if row["withheld_at"]}
    assert withheld == {row_id(late), row_id(latest)}
    assert row_id(early) not in withheld
    lines = await redactions(network, "olen", "withhold_version")
    assert [row["detail"] for row in lines] == [{"number": 1, "because": "withdrawn_words"}] * 2
    nodes = (await olen.ask(INBOX))["viewer"]["notifications"]["nodes"]
    assert sorted(one["subject"]["id"] for one in nodes) == sorted([late, latest])
    assert {one["kind"] for one in nodes} == {"FILE_WITHHELD"}


async def test_what_left_does_not_come_back_when_a_part_ends(as_: As, network: SmallNetwork, work: Work) -> None:
    """Words that a partner withdrew stay withheld from files that come when it is no partner any more."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    case = await with_partner(olen)
    planned = await of_pes(pes, PUBLIC)
    await moved(pes, "withdrawConsent", planned, alias="Alder")
    (let_in,) = await Admission.select(Admission.id)
    await olen.do("endAdmission", {"id": f"admission_{let_in['id'].hex}"}, "admission { id }")
    await stored_file(olen, f"I hear {WORDS[0]}.".encode(), subject=case, **TEXT)
    await work()
    (version,) = await ArtefactVersion.select(ArtefactVersion.text, ArtefactVersion.withheld_at)
    assert version["text"] == "I hear […]."
    assert version["withheld_at"]


async def test_a_partner_that_only_runs_rounds_is_not(as_: As, network: SmallNetwork) -> None:
    """Who may not edit the case takes no words out of what others say of it."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    case = await with_partner(olen, role="TESTER")
    planned = await of_pes(pes, {})
    after = await commented(olen, case, f"I hear {WORDS[0]}.")
    await moved(pes, "withdrawConsent", planned, alias="Alder")
    assert (await olen.ask(SEEN, id=after))["node"] == {"said": f"I hear {WORDS[0]}.", "revision": 1}


async def test_the_owner_reaches_all_on_its_case_that_came_after(as_: As, network: SmallNetwork) -> None:
    """What others said of Olen's case before its round recorded the words stays; Olen's own loses them at any time."""
    olen, pes, reviewer = as_(network.olen_editor), as_(network.pes_editor), as_(network.reviewer)
    case = await own_case(olen)
    words = f"I hear {WORDS[0]}."
    before, own = await commented(pes, case, words), await commented(olen, case, words)
    planned = await running(olen, start={"lawfulBasis": "PUBLIC_TASK"})
    review = await accepted(olen, reviewer, case)
    await moved(olen, "recordObservations", planned, observations=[observation(planned, WORDS[0], alias="Alder")])
    after = await commented(pes, case, words)
    await reviewer.do("submitReview", {"id": review, **VERDICT, "body": words}, "review { id }")
    await moved(olen, "withdrawConsent", planned, alias="Alder")
    for client, one, body in (
        (pes, before, words),
        (olen, own, "I hear […]."),
        (pes, after, "I hear […]."),
        (reviewer, review, "I hear […]."),
    ):
        node = (await client.ask(SEEN, id=one))["node"]
        assert node.get("said", node.get("written")) == body
    (line,) = await redactions(network, "institute", "redact_review")
    assert (line["person"], line["subject_id"]) == (None, row_id(review))


async def test_what_is_said_of_the_round_is_always_reached(as_: As, network: SmallNetwork) -> None:
    """A comment of others on the round and on its file loses the words, whoever runs it and whenever it was written."""
    olen, outsider = as_(network.olen_editor), as_(network.outsider)
    await own_case(olen)
    planned = await running(outsider, organisation=AGENCY, audience=PUBLIC, start={"lawfulBasis": "PUBLIC_TASK"})
    file = await stored_file(outsider, subject=planned["id"])
    said = [await commented(olen, subject, f"I hear {WORDS[0]}.") for subject in (planned["id"], file)]
    seen = [observation(planned, WORDS[0], alias="Alder")]
    await moved(outsider, "recordObservations", planned, observations=seen)
    await moved(outsider, "withdrawConsent", planned, alias="Alder")
    for one in said:
        assert (await olen.ask(SEEN, id=one))["node"]["said"] == "I hear […]."
    assert {row["subject_id"] for row in await redactions(network, "olen", "redact_comment")} == {
        row_id(one) for one in said
    }


async def test_the_owner_is_told_of_rounds_that_it_reads(as_: As, network: SmallNetwork, work: Work) -> None:
    """Olen is asked to look through its case's files when somebody left another's round, if it can read that round."""
    olen, outsider = as_(network.olen_editor), as_(network.outsider)
    case = await own_case(olen)
    for readers, told in (({}, []), (PUBLIC, ["FILES_TO_CHECK"])):
        planned = await running(outsider, organisation=AGENCY, audience=readers, start={"lawfulBasis": "PUBLIC_TASK"})
        seen = [observation(planned, WORDS[0], alias="Alder")]
        await moved(outsider, "recordObservations", planned, observations=seen)
        await stored_file(olen, f"I hear {WORDS[0]}.".encode(), subject=case, **TEXT)
        await work()
        await moved(outsider, "withdrawConsent", planned, alias="Alder")
        await work()
        assert [one["kind"] for one in (await olen.ask(INBOX))["viewer"]["notifications"]["nodes"]] == told


async def test_an_organisation_does_not_rewrite_what_its_people_keep_from_it(as_: As, network: SmallNetwork) -> None:
    """What its members said of Olen's case where it does not read stays, and its log does not tell who guessed right.

    What it reads of its own people loses the words, whenever it was written.
    """
    olen, reviewer = as_(network.olen_editor), as_(network.reviewer)
    chief = as_(await person("Chief", {network.institute: Role.ADMIN}, network.network))
    case = await own_case(olen)
    words = f"I hear {WORDS[0]}."
    plain = await commented(reviewer, case, words)
    await olen.do("editCase", {"id": case, "content": content()}, "case { id }")
    review = await accepted(olen, reviewer, case, subjectVersion=2, guestReader=True)
    narrowed = await commented(reviewer, case, words, subjectVersion=2, audience={})
    await reviewer.do("submitReview", {"id": review, **VERDICT, "body": words}, "review { id }")
    assert [await reads(chief, one) for one in (narrowed, plain, review)] == [False, True, False]
    planned = await running(chief, organisation="review-institute", audience={}, start={"lawfulBasis": "PUBLIC_TASK"})
    seen = [observation(planned, WORDS[0], alias="Alder")]
    await moved(chief, "recordObservations", planned, observations=seen)
    await moved(chief, "withdrawConsent", planned, alias="Alder")
    nodes = [(await reviewer.ask(SEEN, id=one))["node"] for one in (narrowed, plain, review)]
    assert nodes == [
        {"said": words, "revision": 1},
        {"said": "I hear […].", "revision": 2},
        {"written": words, "revision": nodes[2]["revision"]},
    ]
    lines = [
        line for verb in ("comment", "review") for line in await redactions(network, "institute", f"redact_{verb}")
    ]
    assert [line["subject_id"] for line in lines] == [row_id(plain)]


async def test_who_leaves_one_after_another_is_told_of_once_a_day(as_: As, network: SmallNetwork, work: Work) -> None:
    """A round that many leave on one day asks Olen once to look through its files, not once for each of them."""
    olen, outsider = as_(network.olen_editor), as_(network.outsider)
    case = await own_case(olen)
    planned = await running(outsider, organisation=AGENCY, audience=PUBLIC, start={"lawfulBasis": "PUBLIC_TASK"})
    seen = [observation(planned, f"{WORDS[0]} {alias}", alias=alias) for alias in ("Alder", "Birch", "Cedar")]
    await moved(outsider, "recordObservations", planned, observations=seen)
    await stored_file(olen, b"Of nobody.", subject=case, **TEXT)
    for one in seen:
        await moved(outsider, "withdrawConsent", planned, alias=one["alias"])
        await work()
    assert [one["kind"] for one in (await olen.ask(INBOX))["viewer"]["notifications"]["nodes"]] == ["FILES_TO_CHECK"]


async def test_what_is_out_of_reach_costs_nothing(
    as_: As, network: SmallNetwork, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The prints of a round that no owner has let in are not even unpacked when a file on the case is read."""
    olen, outsider = as_(network.olen_editor), as_(network.outsider)
    case = await own_case(olen)
    for client, on in ((outsider, {"organisation": AGENCY}), (olen, {})):
        planned = await running(client, audience={}, start={"lawfulBasis": "PUBLIC_TASK"}, **on)
        seen = [observation(planned, WORDS[0], alias="Alder")]
        await moved(client, "recordObservations", planned, observations=seen)
        await moved(client, "withdrawConsent", planned, alias="Alder")
    await work()
    opened: list[bytes] = []

    def counted(stored: bytes) -> frozenset[Print]:
        opened.append(stored)
        return unpacked(stored)

    monkeypatch.setattr(departures, "unpacked", counted)
    await stored_file(olen, b"Of nobody.", subject=case, **TEXT)
    await work()
    assert len(opened) == 1
