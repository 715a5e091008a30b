"""A small network to test in: organisations, a network, and people with tokens, written straight to the tables.

Olen and the Swedish PES share a network; the outsider's agency is in none.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.ids import new_id
from services.organisations.people import sign_in
from services.organisations.tables import (
    Membership,
    Network,
    NetworkMember,
    Organisation,
    Person,
    PersonalToken,
)
from services.organisations.terms import GovernmentLevel, NetworkRole, OrganisationKind, Role, TokenScope
from services.organisations.tokens import secret_hash
from services.text import Wording, localised
from services.viewer import Viewer, network_key, organisation_key, person_key


def text(**languages: str) -> str:
    """A stored text: `text(nl="…", en="…")`; the first language is its source."""
    return json.dumps(localised(Wording(language, words) for language, words in languages.items()))


async def organisation(
    slug: str,
    *,
    kind: OrganisationKind = OrganisationKind.AGENCY,
    level: GovernmentLevel = GovernmentLevel.NATIONAL,
    country: str = "BE",
    nuts: str | None = None,
) -> UUID:
    """An organisation."""
    made = Organisation(
        id=new_id(),
        slug=slug,
        names=text(en=slug.title()),
        kind=kind,
        level=level,
        country=country,
        nuts=nuts,
    )
    await Organisation.insert(made)
    return made.id


async def network(slug: str, *members: UUID) -> UUID:
    """A network that its members, the first of them its facilitator, can read."""
    network_id = new_id()
    await Network.insert(
        Network(id=network_id, slug=slug, names=text(en=slug.title()), audience=[network_key(network_id)])
    )
    for place, member in enumerate(members):
        role = NetworkRole.MEMBER if place else NetworkRole.FACILITATOR
        await NetworkMember.insert(NetworkMember(network=network_id, organisation=member, role=role))
    return network_id


async def person(name: str, roles: Mapping[UUID, Role], *networks: UUID, is_steward: bool = False) -> str:
    """A person with these roles, readable in these networks; gives a token with every scope."""
    person_id, secret = new_id(), f"serra_{secrets.token_urlsafe(32)}"
    audience = [person_key(person_id), *map(organisation_key, roles), *map(network_key, networks)]
    await Person.insert(Person(id=person_id, name=name, audience=audience, is_steward=is_steward))
    for organisation_id, role in roles.items():
        await Membership.insert(Membership(person=person_id, organisation=organisation_id, role=role))
    await PersonalToken.insert(
        PersonalToken(
            person=person_id,
            label="test",
            secret_hash=secret_hash(secret),
            scopes=[scope.value for scope in TokenScope],
            expires_at=datetime.now(UTC) + timedelta(days=1),
        )
    )
    return secret


async def viewer_of_token(secret: str) -> Viewer:
    """Whose valid token this is, with what they hold now."""
    signed_in = await sign_in(secret)
    assert signed_in is not None
    return signed_in.viewer


@dataclass(frozen=True, slots=True)
class SmallNetwork:
    """Ids of the organisations and the network, and the tokens of the people."""

    olen: UUID
    pes: UUID
    institute: UUID
    agency: UUID
    network: UUID
    olen_editor: str
    olen_reader: str
    pes_editor: str
    reviewer: str
    outsider: str
    steward: str


async def small_network() -> SmallNetwork:
    """Olen (municipality), the Swedish PES and a review institute share `learning`; an agency stands outside."""
    olen = await organisation("olen", kind=OrganisationKind.MUNICIPALITY, level=GovernmentLevel.LOCAL, nuts="BE213")
    pes = await organisation("arbetsformedlingen", kind=OrganisationKind.PES, country="SE", nuts="SE110")
    institute = await organisation("review-institute")
    agency = await organisation("outside-agency", country="DK")
    learning = await network("learning", pes, olen, institute)
    return SmallNetwork(
        olen=olen,
        pes=pes,
        institute=institute,
        agency=agency,
        network=learning,
        olen_editor=await person("Olen editor", {olen: Role.EDITOR}, learning),
        olen_reader=await person("Olen reader", {olen: Role.READER}, learning),
        pes_editor=await person("PES editor", {pes: Role.EDITOR}, learning),
        reviewer=await person("Reviewer", {institute: Role.REVIEWER}, learning),
        outsider=await person("Outsider", {agency: Role.EDITOR}),
        steward=await person("Steward", {}, is_steward=True),
    )
