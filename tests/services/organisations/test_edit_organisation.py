"""editOrganisation, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import olen_admin, organisation, words

As = Callable[[str | None], Client]
PROFILE = {"names": words("Olen", "nl"), "kind": "MUNICIPALITY", "level": "LOCAL", "country": "BE", "nuts": "BE213"}


async def id_of(client: Client, slug: str = "olen") -> str:
    """The global id of an organisation."""
    found = await client.ask("query ($slug: String!) { organisation(slug: $slug) { id } }", slug=slug)
    organisation_id: str = found["organisation"]["id"]
    return organisation_id


async def test_an_admin_replaces_the_profile(as_: As, network: SmallNetwork) -> None:
    """What the edit leaves out is gone, what it gives is there, and the revision rises."""
    admin = as_(await olen_admin(network))
    given = {"id": await id_of(admin), **PROFILE, "website": "https://www.olen.be", "expectedVersion": 1}
    selection = "organisation { name { text } website lau revision }"
    done = await admin.do("editOrganisation", given, selection)
    assert done["organisation"] == {
        "name": {"text": "Olen"},
        "website": "https://www.olen.be",
        "lau": None,
        "revision": 2,
    }
    again = await admin.do("editOrganisation", {"id": given["id"], **PROFILE}, selection)
    assert again["organisation"]["website"] is None


async def test_an_edit_of_what_changed_meanwhile_is_refused(as_: As, network: SmallNetwork) -> None:
    """Of two who started from the same revision, the second is told to read again."""
    admin = as_(await olen_admin(network))
    given = {"id": await id_of(admin), **PROFILE, "expectedVersion": 1}
    await admin.do("editOrganisation", given, "organisation { revision }")
    assert await admin.refused("editOrganisation", given) == [("CONFLICT", "expectedVersion")]


async def test_an_editor_does_not_edit_the_profile(as_: As, network: SmallNetwork) -> None:
    """The profile is the ADMIN's: an EDITOR of it and an ADMIN of another are refused."""
    editor = as_(network.olen_editor)
    assert await editor.refused("editOrganisation", {"id": await id_of(editor), **PROFILE}) == [("FORBIDDEN", "")]
    other = as_(await olen_admin(network))
    given = {"id": await id_of(other, "outside-agency"), **PROFILE}
    assert await other.refused("editOrganisation", given) == [("FORBIDDEN", "")]


async def test_only_a_steward_changes_what_sort_of_body_it_is(as_: As, network: SmallNetwork) -> None:
    """A body cannot make itself a public one, which may publish; a steward can."""
    admin = as_(await olen_admin(network))
    given = {"id": await id_of(admin), **PROFILE, "kind": "PES"}
    assert await admin.refused("editOrganisation", given) == [("FORBIDDEN", "kind")]
    done = await as_(network.steward).do("editOrganisation", given, "organisation { kind }")
    assert done["organisation"]["kind"] == "PES"


@pytest.mark.parametrize("wrong", ["organisation_0193", "case_" + "0" * 32, "organisation_" + "0" * 32, ""])
async def test_an_id_that_is_none_is_not_found(as_: As, network: SmallNetwork, wrong: str) -> None:
    """Broken ids, ids of another kind and unknown ids are refused in the same words."""
    assert await as_(network.steward).refused("editOrganisation", {"id": wrong, **PROFILE}) == [("NOT_FOUND", "id")]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"country": "DK"}, "INVALID", "nuts"),
        ({"names": words("")}, "REQUIRED", "names"),
        ({"parent": "olen"}, "INVALID", "parent"),
        ({"parent": "below"}, "INVALID", "parent"),
        ({"parent": "nobody"}, "NOT_FOUND", "parent"),
    ],
)
async def test_a_profile_that_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], code: str, field: str
) -> None:
    """The rules of a new profile hold for an edit, and no body belongs to itself, however far up."""
    steward = as_(network.steward)
    for slug, parent in (("middle", "olen"), ("below", "middle")):
        await steward.do("registerOrganisation", organisation(slug, parent=parent), "organisation { id }")
    given = {"id": await id_of(steward), **PROFILE, **changes}
    assert await steward.refused("editOrganisation", given) == [(code, field)]
    found = await steward.ask('{ organisation(slug: "olen") { revision parent { slug } } }')
    assert found["organisation"] == {"revision": 1, "parent": None}
