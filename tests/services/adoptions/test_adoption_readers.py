"""Who may read an adoption, through GraphQL."""

from collections.abc import Callable
from typing import Any

from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.practices import adopted, olen_practice, practice_content

As = Callable[[str | None], Client]
QUERY = """query($id: ID!) {
    node(id: $id) { ... on Adoption { practice { slug } } }
    practice(slug: "values-to-plan") { adoptions(first: 5) { totalCount nodes { id } } }
}"""


async def sees(client: Client, adoption_id: str) -> bool:
    """Whether somebody sees the adoption; every way to it must say the same."""
    seen = await client.ask(QUERY, id=adoption_id)
    listed: dict[str, Any] = seen["practice"]["adoptions"] if seen["practice"] else {"totalCount": 0, "nodes": []}
    assert listed["totalCount"] == len(listed["nodes"])
    if seen["practice"]:
        assert (seen["node"] is not None) is ({"id": adoption_id} in listed["nodes"])
    return seen["node"] is not None


async def test_whoever_reads_the_practice_reads_its_adoptions(as_: As, network: SmallNetwork) -> None:
    """Unless the adopter says otherwise, an adoption is read by the readers of what was adopted."""
    practice_id = await olen_practice(as_(network.olen_editor), audience={"networks": ["learning"]})
    adoption_id = await adopted(as_(network.pes_editor), practice_id)
    assert await sees(as_(network.reviewer), adoption_id)
    assert not await sees(as_(network.outsider), adoption_id)


async def test_the_adopter_narrows_it(as_: As, network: SmallNetwork) -> None:
    """Naming nobody leaves the two organisations concerned."""
    practice_id = await olen_practice(as_(network.olen_editor))
    adoption_id = await adopted(as_(network.pes_editor), practice_id, audience={})
    assert await sees(as_(network.pes_editor), adoption_id)
    assert await sees(as_(network.olen_reader), adoption_id)
    assert not await sees(as_(network.reviewer), adoption_id)
    assert not await sees(as_(None), adoption_id)


async def test_nobody_is_added(as_: As, network: SmallNetwork) -> None:
    """A part's readers are among its whole's: everybody is refused, whoever else may not read it is left out."""
    practice_id = await olen_practice(as_(network.olen_editor), audience={"networks": ["learning"]})
    given = {"subject": practice_id, "organisation": "arbetsformedlingen", "mode": "COPIED"}
    public = {**given, "audience": {"public": True}}
    assert await as_(network.pes_editor).refused("recordAdoption", public) == [("INVALID", "audience")]
    adoption_id = await adopted(
        as_(network.pes_editor), practice_id, audience={"organisations": ["outside-agency", "review-institute"]}
    )
    assert not await sees(as_(network.outsider), adoption_id)


async def test_it_follows_the_practice(as_: As, network: SmallNetwork) -> None:
    """When a later version is shared with fewer, its adoptions are too; when with more again, they are again."""
    editor = as_(network.olen_editor)
    practice_id = await olen_practice(editor)
    adoption_id = await adopted(as_(network.pes_editor), practice_id)
    narrowed = await adopted(as_(network.outsider), practice_id, "outside-agency", audience={"public": True})
    assert await sees(as_(None), adoption_id)

    async def share(**audience: object) -> None:
        given = {"id": practice_id, "content": practice_content(), "audience": audience}
        await editor.do("editPractice", given, "practice { id }")
        await editor.do("submitPractice", {"id": practice_id}, "practice { id }")
        await editor.do("publishPractice", {"id": practice_id}, "practice { id }")

    await share(networks=["learning"])
    assert await sees(as_(network.reviewer), adoption_id)
    assert not await sees(as_(None), adoption_id)
    assert not await sees(as_(network.reviewer), narrowed)
    own = (await as_(network.outsider).ask(QUERY, id=narrowed))["node"]
    assert own == {"practice": None}
    await share(public=True)
    assert await sees(as_(None), adoption_id)
    assert await sees(as_(None), narrowed)


async def test_adoptions_are_narrowed_by_filters(as_: As, network: SmallNetwork) -> None:
    """A practice's adoptions are found by stage, mode and organisation."""
    practice_id = await olen_practice(as_(network.olen_editor))
    await adopted(as_(network.pes_editor), practice_id, mode="COPIED")
    await adopted(as_(network.outsider), practice_id, "outside-agency", stage="PLANNED")
    query = """query($filter: AdoptionFilter) { practice(slug: "values-to-plan") {
        adoptions(filter: $filter, first: 5) { nodes { organisation { slug } } } } }"""

    async def found(**given: object) -> list[str]:
        nodes = (await as_(None).ask(query, filter=given))["practice"]["adoptions"]["nodes"]
        return [node["organisation"]["slug"] for node in nodes]

    assert await found() == ["outside-agency", "arbetsformedlingen"]
    assert await found(stage=["PLANNED"]) == ["outside-agency"]
    assert await found(mode=["COPIED"]) == ["arbetsformedlingen"]
    assert await found(organisation="outside-agency") == ["outside-agency"]
