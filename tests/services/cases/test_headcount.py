"""Rule 6: a small group in a case is not told to those outside the owner's organisation."""

from collections.abc import Callable

from tests.client import Client
from tests.factories.cases import content, published_case
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]
HEADCOUNTS = '{ case(slug: "olen-vision") { participations { headcount { value isSuppressed display } } } }'


async def test_a_group_of_three_is_hidden_outside_the_owner(as_: As, network: SmallNetwork) -> None:
    """Olen reads 3; everybody else reads «<5», in the case and in its version; a group of 12 is told to all."""
    carers = {"stakeholderGroup": [{"language": "en", "text": "Young carers"}], "role": "TESTER"}
    given = content()
    given["participations"] += [{**carers, "headcount": 3}, {**carers, "headcount": 12}]
    await published_case(as_(network.olen_editor), content=given, audience={"public": True})
    inside = (await as_(network.olen_reader).ask(HEADCOUNTS))["case"]["participations"]
    assert [one["headcount"] and one["headcount"]["value"] for one in inside] == [None, 3, 12]
    for stranger in (network.pes_editor, None):
        seen = (await as_(stranger).ask(HEADCOUNTS))["case"]["participations"]
        assert seen[1]["headcount"] == {"value": None, "isSuppressed": True, "display": "<5"}
        assert seen[2]["headcount"]["value"] == 12
    query = HEADCOUNTS.replace("participations", "version(number: 1) { participations").replace("} } }", "} } } }")
    version = (await as_(None).ask(query))["case"]["version"]
    assert version["participations"][1]["headcount"]["display"] == "<5"
