"""Clients for imports, and bundles small enough to see through."""

import httpx

from tests.factories.network import person


async def steward() -> str:
    """A token of somebody who may register organisations and define concepts."""
    return await person("Steward", {}, is_steward=True)


def signed(http: httpx.AsyncClient, token: str) -> httpx.AsyncClient:
    """A client of its own to the same application, as the holder of a token."""
    return httpx.AsyncClient(
        transport=http._transport,
        base_url=http.base_url,
        headers={"Authorization": f"Bearer {token}"},
    )


VOCABULARY = """
serra: 1
concepts:
  - {scheme: method, notation: street-interview, prefLabel: {en: street interview}, broader: interview}
  - {scheme: method, notation: interview, prefLabel: {en: interview, nl: interview}, altLabels: {en: [talk, chat]}}
  - {scheme: topic, notation: co-creation, prefLabel: {en: co-creation}}
"""

NETWORK = """
serra: 1
organisations:
  - {slug: town-hall, names: {en: Town hall}, kind: AGENCY, level: LOCAL, country: NO, parent: town}
  - {slug: town, names: {en: Town}, kind: MUNICIPALITY, level: LOCAL, country: NO}
  - {slug: friends, names: {en: Friends}, kind: MUNICIPALITY, level: LOCAL, country: SE}
networks:
  - {slug: learning, names: {en: Learning}, facilitators: [town], members: [friends]}
"""

CASE = """
serra: 1
cases:
  - slug: counter
    kind: METHOD
    owner: town
    audience: ["network:learning"]
    content:
      title: {en: One counter}
      summary: {en: All at one counter.}
      challenge: {en: There were many counters.}
      topics: [co-creation]
      participations: [{organisation: town, role: OWNER}]
      methods: [{method: street-interview}]
      outcomes: [{kind: NOT_REPORTED, indicator: {en: Waiting time}}]
      lessons: [{en: Ask people in the street.}]
labs:
  - {slug: shed, organisation: town, names: {en: The shed}, case: counter}
events:
  - {slug: fair, kind: WORKSHOP, audience: [public], host: town, names: {en: Fair}, start: 2024-05-01, cases: [counter]}
"""

ROUND = """
serra: 1
testRounds:
  - case: counter
    organisation: town
    number: 1
    audience: ["network:learning"]
    problem: {en: People wait.}
    hypothesis: {en: One counter is faster.}
    retainUntil: 2050-01-01
    sites:
      - name: {en: North}
      - name: {en: South}
    criteria:
      - statement: {en: Less than ten minutes}
        threshold: 10
        unit: COUNT
    participants:
      - {site: 0, group: {en: Passers-by}, planned: 8, actual: 7}
      - {site: 1, group: {en: Passers-by}, planned: 8}
    observations:
      - {site: 1, text: {en: Looks for a number.}, severity: 2}
      - {site: 0, text: {en: Smiles.}, severity: 0}
    findings:
      - {statement: {en: Numbers are hard to find.}, state: NEW, observations: [0]}
    verdicts:
      - {criterion: 0, site: 0, verdict: MET}
      - {criterion: 0, site: 1, verdict: NOT_TESTED, note: {en: No clock.}}
    deviations:
      - {field: SITES, change: {en: South closed early.}, reason: {en: Rain.}}
    decision: ITERATE
    decisionReason: {en: Bring clocks.}
practices:
  - slug: one-counter
    owner: town
    audience: [public]
    content:
      title: {en: One counter}
      summary: {en: Do all at one counter.}
      fitsWhen: {en: Few people come.}
      doesNotFitWhen: {en: Many people come.}
      steps: [{en: Close the others.}]
      sources: [{testRound: 0}]
"""
