"""Organisations, networks and labs in the search."""

from collections.abc import Awaitable, Callable

from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import admin_of_both, organisation, words

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]
SEARCH = """query ($words: String!, $filter: SearchFilter) {
  search(query: $words, first: 9, filter: $filter) {
    totalCount
    edges { node { __typename ... on Organisation { slug } ... on Network { slug } ... on Lab { slug } } }
  }
}"""


async def found(client: Client, text: str) -> list[tuple[str, str]]:
    """The type and slug of each answer; the total must be of these."""
    answer = (await client.ask(SEARCH, words=text))["search"]
    assert answer["totalCount"] == len(answer["edges"])
    return sorted((edge["node"]["__typename"], edge["node"]["slug"]) for edge in answer["edges"])


async def test_organisations_and_public_labs_are_found_by_everyone(as_: As, network: SmallNetwork, work: Work) -> None:
    """What an organisation and its lab say of themselves is searched, the lab's formats and guests too."""
    steward = as_(network.steward)
    given = organisation("ghent", names=words("Stad Gent", "nl"), description=words("Thuis van kampanologen", "nl"))
    await steward.do("registerOrganisation", given, "__typename")
    lab = {
        "slug": "ghent-lab",
        "organisation": "ghent",
        "names": words("Werkplaats", "nl"),
        "participants": [words("Beiaardiers", "nl")],
        "formats": [{"name": words("Klokkenuurtje", "nl")}],
    }
    await steward.do("createLab", lab, "__typename")
    await work()
    anyone = as_(None)
    assert await found(anyone, "kampanologen") == [("Organisation", "ghent")]
    for text in ("Beiaardiers", "Klokkenuurtje", "Werkplaats"):
        assert await found(anyone, text) == [("Lab", "ghent-lab")]
    assert await found(anyone, "Gent") == [("Lab", "ghent-lab"), ("Organisation", "ghent")]


async def test_a_network_is_found_by_its_members(as_: As, network: SmallNetwork, work: Work) -> None:
    """A network is found by its people alone, as long as their organisation is in it."""
    agency = as_(await admin_of_both(network))
    given = {
        "slug": "north",
        "names": words("Kampanology circle"),
        "facilitators": ["outside-agency"],
        "members": ["olen"],
    }
    await agency.do("createNetwork", given, "__typename")
    await work()
    reader = as_(network.olen_reader)
    assert await found(reader, "Kampanology") == [("Network", "north")]
    for token in (network.pes_editor, None):
        assert await found(as_(token), "Kampanology") == []
    await agency.do("removeNetworkMember", {"network": "north", "organisation": "olen"}, "__typename")
    assert await found(reader, "Kampanology") == []


async def test_a_lab_is_found_by_its_audience(as_: As, network: SmallNetwork, work: Work) -> None:
    """A lab that is not public is absent from others' answers and totals."""
    lab = {"slug": "own", "organisation": "olen", "names": words("Kampanology lab"), "audience": {}}
    await as_(network.olen_editor).do("createLab", lab, "__typename")
    await work()
    assert await found(as_(network.olen_reader), "Kampanology") == [("Lab", "own")]
    assert await found(as_(network.pes_editor), "Kampanology") == []
