from collections.abc import Callable

import asyncpg
import httpx
import pytest

from infra.bundles.read import read_bundle
from infra.bundles.remote import ImportStopped
from infra.bundles.send import Report, import_bundles
from infra.postgres.database import Database
from tests.client import Client
from tests.factories.bundles import CASE, NETWORK, ROUND, VOCABULARY, signed, steward

WHOLE = (VOCABULARY, NETWORK, CASE, ROUND)
MADE_SLUGS = "{ organisations(first: 9) { nodes { slug parent { slug } } } }"
LIFE = """
{ case(slug: "counter") {
    status
    testRounds(first: 9) { nodes {
      number status decision lawfulBasis
      participants { planned { value } actual { value } }
      observations(first: 9) { nodes { severity site { name { text } } } }
      findings { state observations { severity } }
      verdicts { verdict site { name { text } } note { text } }
      deviations { field }
    } }
} }
"""


async def sent(http: httpx.AsyncClient, token: str, *texts: str) -> Report:
    """The report of an import of some texts; its lines stand in `said`."""
    said: list[str] = []
    async with signed(http, token) as client:
        report = await import_bundles(
            client, [read_bundle(text, f"{number}.yaml") for number, text in enumerate(texts)], Report(said.append)
        )
    assert len(said) >= len(report.failures)
    return report


def failures(report: Report) -> list[str]:
    """What went wrong, as people are told."""
    return [str(problem) for problem in report.failures]


def line_of(words: str, text: str) -> int:
    """The line that some words stand on; the thing's own where they are left out."""
    return text[: text.index(words or "- case:")].count("\n") + 1


async def logged(database: Database) -> list[tuple[str, int]]:
    """How often each verb was used."""
    found = await database.pool.fetch(
        "select action, count(*) as times from log where action <> 'sign_in' group by action order by action"
    )
    return [(row["action"], row["times"]) for row in found]


async def test_everything_arrives_in_whatever_order_it_is_given(http: httpx.AsyncClient, clean: Database) -> None:
    """Files may name what stands in later files: things are sent when what they need is there."""
    token = await steward()
    report = await sent(http, token, *reversed(WHOLE))
    assert (failures(report), report.summary) == ([], "12 made")
    found = await Client(http, token).ask(MADE_SLUGS)
    parents = {one["slug"]: one["parent"] for one in found["organisations"]["nodes"]}
    assert parents == {"town-hall": {"slug": "town"}, "town": None, "friends": None}


async def test_a_round_lives_its_whole_life(http: httpx.AsyncClient, clean: Database) -> None:
    """A round is planned, registered, run, analysed and concluded, with its parts where their indices say."""
    token = await steward()
    await sent(http, token, *WHOLE)
    (found,) = (await Client(http, token).ask(LIFE))["case"]["testRounds"]["nodes"]
    assert found == {
        "number": 1,
        "status": "CONCLUDED",
        "decision": "ITERATE",
        "lawfulBasis": "PUBLIC_TASK",
        "participants": [
            {"planned": {"value": 8}, "actual": {"value": 7}},
            {"planned": {"value": 8}, "actual": None},
        ],
        "observations": {
            "nodes": [
                {"severity": 2, "site": {"name": {"text": "South"}}},
                {"severity": 0, "site": {"name": {"text": "North"}}},
            ]
        },
        "findings": [{"state": "NEW", "observations": [{"severity": 2}]}],
        "verdicts": [
            {"verdict": "MET", "site": {"name": {"text": "North"}}, "note": None},
            {"verdict": "NOT_TESTED", "site": {"name": {"text": "South"}}, "note": {"text": "No clock."}},
        ],
        "deviations": [{"field": "SITES"}],
    }


async def test_the_audience_of_a_bundle_holds(http: httpx.AsyncClient, clean: Database) -> None:
    """What a bundle shares with a network is not there for anybody else."""
    token = await steward()
    await sent(http, token, *WHOLE)
    query = '{ case(slug: "counter") { slug } practice(slug: "one-counter") { slug sources { __typename } } }'
    assert (await Client(http).ask(query)) == {"case": None, "practice": {"slug": "one-counter", "sources": []}}


async def test_sending_again_makes_nothing(http: httpx.AsyncClient, clean: Database) -> None:
    """A second import of the same bundles finds everything there, and writes nothing at all."""
    token = await steward()
    await sent(http, token, *WHOLE)
    before = await logged(clean)
    report = await sent(http, token, *WHOLE)
    assert (failures(report), report.summary) == ([], "12 already there")
    assert await logged(clean) == before


class Cut(httpx.AsyncBaseTransport):
    """A connection that breaks after a number of changes: what was asked last is done, and its answer is lost."""

    def __init__(self, inner: httpx.AsyncBaseTransport, changes: int) -> None:
        self.inner, self.changes = inner, changes

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Hand on the request, and break when the changes are used up."""
        is_change = b'"mutation' in await request.aread()
        if is_change and self.changes == 0:
            raise httpx.ConnectError("cut")
        response = await self.inner.handle_async_request(request)
        if is_change:
            self.changes -= 1
            if self.changes == 0:
                raise httpx.ReadError("cut")
        return response


async def test_an_import_goes_on_where_it_was_cut_off(
    http: httpx.AsyncClient, clean: Database, owner: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """With a connection that breaks after every change, repeated imports end where a single one does."""
    token = await steward()
    await sent(http, token, *WHOLE)
    wanted, once = await Client(http, token).ask(LIFE), await logged(clean)
    await owner.execute(
        "delete from practice; delete from event; delete from lab; delete from test_round;"
        ' delete from "case"; delete from network; delete from organisation; delete from concept;'
        " delete from idempotency_key; alter table log disable trigger log_is_append_only; delete from log;"
        " alter table log enable trigger log_is_append_only"
    )
    bundles = [read_bundle(text) for text in WHOLE]
    for _ in range(60):
        client = httpx.AsyncClient(
            transport=Cut(http._transport, 1),
            base_url=http.base_url,
            headers={"Authorization": f"Bearer {token}"},
        )
        try:
            report = await import_bundles(client, bundles, Report(list[str]().append))
        except ImportStopped:
            continue
        assert failures(report) == []
        break
    assert await Client(http, token).ask(LIFE) == wanted
    assert await logged(clean) == once


async def test_a_draft_is_finished(http: httpx.AsyncClient, clean: Database) -> None:
    """A case that somebody drafted or handed in is published by the import that says for whom it is."""
    token = await steward()
    await sent(http, token, VOCABULARY, NETWORK)
    draft = CASE.replace('    audience: ["network:learning"]\n', "").partition("labs:")[0]
    assert (await sent(http, token, draft)).summary == "1 made"
    client = Client(http, token)
    assert (await client.ask('{ case(slug: "counter") { status } }'))["case"] == {"status": "DRAFT"}
    assert (await sent(http, token, draft)).summary == "1 already there"
    assert (await sent(http, token, CASE)).summary == "2 made, 1 begun before, finished now"
    assert (await client.ask('{ case(slug: "counter") { status } }'))["case"] == {"status": "PUBLISHED"}


async def test_what_is_there_is_left_as_it_is(http: httpx.AsyncClient, clean: Database) -> None:
    """A bundle does not overwrite what people have changed since."""
    token = await steward()
    await sent(http, token, VOCABULARY, NETWORK, CASE)
    changed = CASE.replace("One counter", "Another title")
    assert (await sent(http, token, changed)).summary == "3 already there"
    found = await Client(http, token).ask('{ case(slug: "counter") { title { text } } }')
    assert found["case"]["title"]["text"] == "One counter"


async def test_a_vocabulary_is_brought_up_to_date(http: httpx.AsyncClient, clean: Database) -> None:
    """A concept whose labels have changed is replaced; the others are left alone."""
    token = await steward()
    await sent(http, token, VOCABULARY)
    report = await sent(http, token, VOCABULARY.replace("talk, chat", "talk, conversation"))
    assert report.summary == "1 replaced, 2 already there"
    found = await Client(http).ask('{ concepts(scheme: "method", first: 1) { nodes { altLabels { text } } } }')
    assert found["concepts"]["nodes"] == [{"altLabels": [{"text": "talk"}, {"text": "conversation"}]}]


async def test_a_concept_that_is_refused_keeps_no_other_back(http: httpx.AsyncClient, clean: Database) -> None:
    """Each concept that is wrong is told with its line, and the others of the request are defined."""
    token = await steward()
    report = await sent(http, token, VOCABULARY.replace("notation: co-creation", "notation: co creation"))
    assert report.summary == "2 made, 1 problem"
    assert failures(report)[0].startswith("0.yaml:6: concepts[2].notation: A notation is")


async def test_a_refusal_is_told_at_its_place(http: httpx.AsyncClient, clean: Database) -> None:
    """What Serra objects to is told with file, line and path, and things that do not need it are made."""
    token = await steward()
    wrong = CASE.replace("All at one counter.", "x" * 501).replace("[co-creation]", "[co-creation, counters]")
    report = await sent(http, token, VOCABULARY, NETWORK, wrong, ROUND)
    assert failures(report)[1].endswith("Is it misspelt, or in a file that must be imported too?")
    told = [line.partition(": ")[2] for line in failures(report)]
    assert failures(report)[0].startswith(f"2.yaml:{line_of('summary:', wrong)}: cases[0].content.summary: The text")
    assert failures(report)[1].startswith(f"2.yaml:{line_of('topics:', wrong)}: cases[0].content.topics: There is no")
    assert {line.partition(": ")[0] for line in told[2:]} == {
        "labs[0].case",
        "events[0].cases[0]",
        "testRounds[0].case",
        "practices[0].content.sources[0].testRound",
    }
    assert report.summary == "7 made, 6 problems"


@pytest.mark.parametrize(
    ("right", "wrong", "place", "words"),
    [
        ("severity: 0", "severity: 9", "testRounds[0].observations[1].severity", "between 0 and 4"),
        ("South closed early.", "' '", "testRounds[0].deviations[0].change", "Give the text"),
        ("No clock.", "' '", "testRounds[0].verdicts[1].note", "Give the text"),
        (
            "state: NEW",
            "state: FIXED, previous: {round: 1, finding: 0}",
            "testRounds[0].findings[0].previous",
            "has no",
        ),
        ("state: NEW", "state: FIXED", "testRounds[0].findings[0].state", "earlier"),
        ("actual: 7", "actual: -7", "testRounds[0].participants[0].actual", "between"),
        ("retainUntil: 2050-01-01", "retainUntil: 2001-01-01", "testRounds[0].retainUntil", "not ahead"),
        ("decisionReason: {en: Bring clocks.}", "", "testRounds[0].decisionReason", ""),
        ("criterion: 0, site: 1, verdict", "criterion: 0, site: 0, verdict", "testRounds[0].verdicts[1]", "two"),
    ],
)
async def test_a_refused_part_of_a_round_is_told_at_its_place(
    http: httpx.AsyncClient, clean: Database, *, right: str, wrong: str, place: str, words: str
) -> None:
    """Whatever step of a round is refused, the path leads to the part of the file; mended, the round goes on."""
    token = await steward()
    await sent(http, token, VOCABULARY, NETWORK, CASE)
    only_round = ROUND.partition("practices:")[0]
    mistaken = only_round.replace(right, wrong)
    report = await sent(http, token, mistaken)
    (told,) = failures(report)
    assert told.startswith(f"0.yaml:{line_of(right if wrong else '', only_round)}: {place}: ")
    assert words in told
    assert (await sent(http, token, only_round)).failures == []
    (found,) = (await Client(http, token).ask(LIFE))["case"]["testRounds"]["nodes"]
    assert found["status"] == "CONCLUDED"


@pytest.mark.parametrize(
    ("cut", "status"),
    [
        ("    observations:", "PLANNED"),
        ("    findings:", "RUNNING"),
        ("    verdicts:", "ANALYSING"),
        ("    decision:", "ANALYSING"),
    ],
)
async def test_a_round_goes_as_far_as_its_bundle_tells(
    http: httpx.AsyncClient, clean: Database, cut: str, status: str
) -> None:
    """A bundle may be sent while a round is under way, and again when there is more to tell."""
    token = await steward()
    await sent(http, token, VOCABULARY, NETWORK, CASE)
    only_round = ROUND.partition("practices:")[0]
    so_far = only_round.partition(cut)[0]
    if status == "PLANNED":
        so_far = so_far.replace(", actual: 7", "")
    assert (await sent(http, token, so_far)).summary == "1 made"
    (found,) = (await Client(http, token).ask(LIFE))["case"]["testRounds"]["nodes"]
    assert found["status"] == status
    assert (await sent(http, token, so_far)).summary == "1 already there"
    assert (await sent(http, token, only_round)).summary == "1 begun before, finished now"
    (found,) = (await Client(http, token).ask(LIFE))["case"]["testRounds"]["nodes"]
    assert (found["status"], len(found["observations"]["nodes"]), len(found["verdicts"])) == ("CONCLUDED", 2, 2)


async def test_a_later_round_tells_what_became_of_a_finding(http: httpx.AsyncClient, clean: Database) -> None:
    """Rounds of one file follow one another, and a finding of the first is named by round and index."""
    token = await steward()
    first, _, _ = ROUND.partition("practices:")
    second = first.replace("number: 1", "number: 2").replace(
        "state: NEW", "state: FIXED, previous: {round: 1, finding: 0}"
    )
    both = second + first.partition("testRounds:\n")[2]
    report = await sent(http, token, VOCABULARY, NETWORK, CASE, both)
    assert failures(report) == []
    query = (
        '{ case(slug: "counter") { testRounds(first: 9, orderBy: NUMBER) { nodes'
        " { number findings { state previous { roundNumber } } } } } }"
    )
    found = await Client(http, token).ask(query)
    assert found["case"]["testRounds"]["nodes"] == [
        {"number": 1, "findings": [{"state": "NEW", "previous": None}]},
        {"number": 2, "findings": [{"state": "FIXED", "previous": {"roundNumber": 1}}]},
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ("{site: 1, text", "{site: 2, text", "testRounds[0].observations[0].site"),
        ("observations: [0]", "observations: [0, 5]", "testRounds[0].findings[0].observations"),
        ("criterion: 0, site: 1", "criterion: -1, site: 1", "testRounds[0].verdicts[1].criterion"),
    ],
)
async def test_an_index_that_leads_nowhere_stops_everything(
    http: httpx.AsyncClient, clean: Database, right: str, wrong: str, place: str
) -> None:
    """A file with an index beyond its list is refused before anything is sent."""
    token = await steward()
    mistaken = ROUND.replace(right, wrong)
    report = await sent(http, token, *WHOLE[:3], mistaken)
    assert [line.partition(": «")[0] for line in failures(report)] == [f"3.yaml:{line_of(wrong, mistaken)}: {place}"]
    assert report.summary == "1 problem"
    assert await logged(clean) == []


async def test_the_rights_of_the_token_decide(http: httpx.AsyncClient, clean: Database) -> None:
    """Whoever has no role in an owner cannot publish for it by a file either."""
    token = await steward()
    await sent(http, token, VOCABULARY, NETWORK)
    stranger = await steward()
    report = await sent(http, stranger, CASE)
    assert failures(report)[0].startswith("0.yaml:4: cases[0]: Only an editor or an administrator")
    assert (await Client(http, token).ask('{ case(slug: "counter") { slug } }')) == {"case": None}


async def test_a_token_that_is_not_known_stops_the_import(http: httpx.AsyncClient, clean: Database) -> None:
    """There is one word about a token that is not valid, not one for each thing."""
    with pytest.raises(ImportStopped, match=r"This token is not valid.*Nothing more was sent\."):
        await sent(http, "serra_nobody", *WHOLE)


def no_serra(request: httpx.Request) -> httpx.Response:
    """A web server of another kind."""
    return httpx.Response(200, text="<h1>It works!</h1>")


def away(request: httpx.Request) -> httpx.Response:
    """Nobody at all."""
    raise httpx.ConnectError("Connection refused")


@pytest.mark.parametrize(
    ("answer", "words"),
    [(no_serra, "is no Serra (HTTP 200). Check the address."), (away, "Connection refused. Is it running there?")],
)
async def test_an_address_without_a_serra_stops_the_import(
    answer: Callable[[httpx.Request], httpx.Response], words: str
) -> None:
    """What is wrong with the address is said once, with what to look at."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://elsewhere") as client:
        with pytest.raises(ImportStopped) as stopped:
            await import_bundles(client, [read_bundle(NETWORK)], Report(list[str]().append))
    assert words in str(stopped.value)


async def test_an_import_brings_nobody_back(http: httpx.AsyncClient, clean: Database) -> None:
    """Rule 4: imported anew, what somebody withdrew is refused and told, and nothing of others is there twice."""
    token = await steward()
    tied = ROUND.replace(
        "{site: 1, text: {en: Looks for a number.}", "{site: 1, alias: Alder, text: {en: Looks for it.}"
    )
    running, _, _ = tied.partition("    findings:")
    await sent(http, token, VOCABULARY, NETWORK, CASE, running)
    ((round_id,),) = await clean.pool.fetch("select id from test_round")
    client = Client(http, token)
    await client.do("withdrawConsent", {"id": f"test_round_{round_id.hex}", "alias": "Alder"}, "testRound { id }")
    report = await sent(http, token, VOCABULARY, NETWORK, CASE, running)
    (failure,) = failures(report)
    assert "«Alder» has withdrawn" in failure
    assert [tuple(row) for row in await clean.pool.fetch("select alias, severity from observation")] == [(None, 0)]
    without = running.replace("      - {site: 1, alias: Alder, text: {en: Looks for it.}, severity: 2}\n", "")
    assert failures(await sent(http, token, VOCABULARY, NETWORK, CASE, without)) == []
    assert await clean.pool.fetchval("select count(*) from observation") == 1


async def test_an_import_leaves_alone_what_is_over(http: httpx.AsyncClient, clean: Database) -> None:
    """Rule 4: of a concluded round that somebody has left, nothing comes back with another import."""
    token = await steward()
    tied = ROUND.replace("{site: 1, text: {en: Looks", "{site: 1, alias: Alder, text: {en: Looks").partition(
        "practices:"
    )[0]
    await sent(http, token, VOCABULARY, NETWORK, CASE, tied)
    ((round_id,),) = await clean.pool.fetch("select id from test_round")
    client = Client(http, token)
    await client.do("withdrawConsent", {"id": f"test_round_{round_id.hex}", "alias": "Alder"}, "testRound { id }")
    assert failures(await sent(http, token, VOCABULARY, NETWORK, CASE, tied)) == []
    assert await clean.pool.fetchval("select count(*) from observation") == 1
