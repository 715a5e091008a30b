"""Test rounds to test with, made through the public mutations."""

from typing import Any

from tests.client import Client
from tests.factories.cases import published_case

ROUND = "testRound { id revision status sites { id } criteria { id } participants { id } }"
SITES = 3
RETAIN_UNTIL = "2050-12-31"
CONSENT = {"purpose": "Testing", "wordingVersion": "1", "retainUntil": RETAIN_UNTIL}
"""What a consent says, beside whose it is."""
ALDERS_CONSENT = {"alias": "Alder", **CONSENT}


def en(words: str) -> list[dict[str, str]]:
    """A text in English, as input."""
    return [{"language": "en", "text": words}]


def plan(**changes: Any) -> dict[str, Any]:
    """A plan with three offices, two criteria, and at each office jobseekers and employers."""
    groups = [("Jobseekers", 8), ("Employers", 5)]
    return {
        "case": "olen-vision",
        "organisation": "olen",
        "problem": en("People come without their papers."),
        "hypothesis": en("A checklist brings the papers."),
        "prototypeVersion": "1.0",
        "window": {"start": "2026-03-02", "end": "2026-03-20"},
        "sites": [{"name": en(f"Office {letter}"), "nuts": "BE213"} for letter in "ABC"],
        "criteria": [
            {"statement": en("Share who name every paper"), "threshold": 75, "unit": "PERCENT"},
            {"statement": en("Knows what will happen"), "threshold": 4, "unit": "SCORE"},
        ],
        "participants": [
            {"site": site, "group": en(group), "planned": planned} for site in range(SITES) for group, planned in groups
        ],
        **changes,
    }


async def planned(client: Client, **changes: Any) -> dict[str, Any]:
    """A planned round, with the ids of its parts."""
    made: dict[str, Any] = (await client.do("planTestRound", plan(**changes), ROUND))["testRound"]
    return made


async def registered(client: Client, **changes: Any) -> dict[str, Any]:
    """A registered round."""
    made = await planned(client, **changes)
    return await moved(client, "registerTestRound", made)


async def running(client: Client, *, start: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A running round; `start` is input of startTestRound."""
    made = await registered(client, **changes)
    return await moved(client, "startTestRound", made, retainUntil=RETAIN_UNTIL, **(start or {}))


async def analysing(client: Client, **changes: Any) -> dict[str, Any]:
    """A round whose testing is over."""
    return await moved(client, "beginAnalysis", await running(client, **changes))


async def concluded(client: Client, **changes: Any) -> dict[str, Any]:
    """A concluded round: every criterion was met at every site."""
    made = await analysing(client, **changes)
    await moved(client, "recordVerdicts", made, verdicts=verdicts(made))
    return await moved(client, "concludeTestRound", made, decision="SCALE", decisionReason=en("It works."))


async def moved(client: Client, mutation: str, made: dict[str, Any], **given: Any) -> dict[str, Any]:
    """The round after a mutation on it that must not be refused."""
    payload = await client.do(mutation, {"id": made["id"], **given}, ROUND)
    after: dict[str, Any] = payload["testRound"]
    return after


async def own_case(client: Client, **changes: Any) -> str:
    """The public case that `plan` speaks of; gives its global id."""
    return await published_case(client, **{"audience": {"public": True}, **changes})


def verdicts(made: dict[str, Any], verdict: str = "MET") -> list[dict[str, Any]]:
    """A verdict for each criterion at each site."""
    return [
        {"criterion": criterion["id"], "site": site["id"], "verdict": verdict}
        for criterion in made["criteria"]
        for site in made["sites"]
    ]


def observation(made: dict[str, Any], words: str, site: int = 0, **more: Any) -> dict[str, Any]:
    """An observation at one of the round's sites."""
    return {"site": made["sites"][site]["id"], "text": en(words), "severity": 2, **more}


def attendance(made: dict[str, Any], *actual: int) -> list[dict[str, Any]]:
    """How many came, group by group."""
    return [{"group": group["id"], "actual": n} for group, n in zip(made["participants"], actual, strict=True)]
