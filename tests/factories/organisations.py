"""What tests of organisations, networks and concepts send, and the people who send it."""

from typing import Any
from uuid import UUID

from schema.compiler import ids
from services.organisations.people import viewer_of
from services.organisations.tables import Membership, Person
from services.organisations.terms import Role
from services.viewer import PUBLIC, steward_key
from tests.client import Client
from tests.factories.network import SmallNetwork, person


def words(text: str, language: str = "en") -> list[dict[str, str]]:
    """A localised input in one language."""
    return [{"language": language, "text": text}]


def organisation(slug: str = "ghent", **changes: Any) -> dict[str, Any]:
    """Input of registerOrganisation: a Belgian municipality with nothing but what is needed."""
    return {
        "slug": slug,
        "names": words(slug.title()),
        "kind": "MUNICIPALITY",
        "level": "LOCAL",
        "country": "BE",
        **changes,
    }


async def olen_admin(network: SmallNetwork) -> str:
    """The token of an ADMIN of Olen, which is a member of `learning`."""
    return await person("Olen admin", {network.olen: Role.ADMIN}, network.network)


async def pes_admin(network: SmallNetwork) -> str:
    """The token of an ADMIN of the Swedish PES, which facilitates `learning`."""
    return await person("PES admin", {network.pes: Role.ADMIN}, network.network)


async def agency_admin(network: SmallNetwork) -> str:
    """The token of an ADMIN of the agency, which is in no network."""
    return await person("Agency admin", {network.agency: Role.ADMIN})


async def admin_of_both(network: SmallNetwork) -> str:
    """The token of somebody who is an ADMIN of the agency and of Olen."""
    return await person("Both admin", {network.agency: Role.ADMIN, network.olen: Role.ADMIN}, network.network)


async def admin_of_pes_and_agency(network: SmallNetwork) -> str:
    """The token of somebody who is an ADMIN of the facilitator and of the agency."""
    return await person("PES and agency", {network.agency: Role.ADMIN, network.pes: Role.ADMIN}, network.network)


async def invited(facilitator: Client, slug: str = "outside-agency", network: str = "learning", **given: Any) -> str:
    """Invite an organisation to a network; gives the proposal's global id."""
    asked = {"network": network, "organisation": slug, **given}
    proposal: str = (await facilitator.do("inviteToNetwork", asked, "proposal { id }"))["proposal"]["id"]
    return proposal


async def brought_in(facilitator: Client, admin: Client, slug: str = "outside-agency", **given: Any) -> None:
    """Invite an organisation to `learning`, and accept for it."""
    proposal = await invited(facilitator, slug, **given)
    await admin.do("acceptNetworkProposal", {"id": proposal}, "proposal { id }")


async def person_of(client: Client) -> str:
    """The global id of the person whose client this is."""
    person_id: str = (await client.ask("{ viewer { person { id } } }"))["viewer"]["person"]["id"]
    return person_id


async def members_of(client: Client, slug: str) -> list[tuple[str, str]]:
    """The names and roles of an organisation's people, as the client sees them."""
    query = (
        "query ($slug: String!) { organisation(slug: $slug)"
        " { members(first: 100) { nodes { role person { name } } totalCount } } }"
    )
    members = (await client.ask(query, slug=slug))["organisation"]["members"]
    assert members["totalCount"] == len(members["nodes"])
    return [(one["person"]["name"], one["role"]) for one in members["nodes"]]


def row(global_id: str, type_name: str) -> UUID:
    """The row of a global id."""
    found = ids.read(global_id, type_name)
    assert found is not None
    return found


async def check_profiles() -> None:
    """Fail unless everyone's profile is read by exactly those who hold one of that person's keys.

    A steward's own is on no profile: nobody else holds it.
    """
    for found in await Person.objects():
        viewer = await viewer_of(found.id, [])
        assert viewer is not None
        assert set(found.audience) == set(viewer.keyring) - {PUBLIC, steward_key(found.id)}
        held = await Membership.select(Membership.organisation, Membership.role).where(Membership.person == found.id)
        assert dict(viewer.roles) == {one["organisation"]: Role(one["role"]) for one in held}
