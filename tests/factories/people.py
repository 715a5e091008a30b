"""Everyone who may stand in some relation to a thing of Olen's, for the matrix of permissions."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx

from services.cases.tables import Admission
from services.organisations.keyrings import keyring_change
from services.organisations.tables import Person
from services.organisations.terms import Role
from services.viewer import organisation_key, person_key
from tests.client import Client
from tests.factories.network import SmallNetwork, organisation, person, small_network

PEOPLE = (
    "ADMIN",
    "EDITOR",
    "REVIEWER",
    "READER",
    "FACILITATOR",
    "EXPERT",
    "Guest",
    "Network",
    "Outsider",
    "Steward",
    "Nobody",
)
"""The columns of the matrix: roles in the owner, roles of partners in the case, and relations to it."""

SPEAKS_FOR = {
    "FACILITATOR": "the-guide",
    "EXPERT": "the-expert",
    "Guest": "outside-agency",
    "Network": "review-institute",
    "Outsider": "outside-agency",
}
"""The organisation that somebody acts for; for everyone else, Olen."""


@dataclass(frozen=True, slots=True)
class Cast:
    """A client for each column, and what has to be known to let the partners and the guest into a case."""

    network: SmallNetwork
    clients: dict[str, Client]
    guide: UUID
    expert: UUID
    guest: UUID

    @property
    def editor(self) -> Client:
        """Olen's editor, who makes everything."""
        return self.clients["EDITOR"]

    async def let_in(self, case: UUID) -> UUID:
        """Let the partners and the guest into a case; gives the id of the guest's admission."""
        until = datetime.now(UTC) + timedelta(days=14)
        own = organisation_key(self.network.olen)
        async with keyring_change():
            for body in (self.guide, self.expert):
                audience = [own, organisation_key(body)]
                await Admission.insert(Admission(case=case, organisation=body, until=until, audience=audience))
            made = Admission(case=case, person=self.guest, until=until, audience=[own, person_key(self.guest)])
            await Admission.insert(made)
        return made.id


async def cast(http: httpx.AsyncClient) -> Cast:
    """The small network, with two partners outside of it, a guest and an administrator."""
    network = await small_network()
    guide, expert = await organisation("the-guide"), await organisation("the-expert")
    tokens = {
        "ADMIN": await person("Olen admin", {network.olen: Role.ADMIN}, network.network),
        "EDITOR": network.olen_editor,
        "REVIEWER": await person("Olen reviewer", {network.olen: Role.REVIEWER}, network.network),
        "READER": network.olen_reader,
        "FACILITATOR": await person("Guide", {guide: Role.EDITOR}),
        "EXPERT": await person("Expert", {expert: Role.EDITOR}),
        "Guest": await person("Guest", {network.agency: Role.READER}, network.network),
        "Network": await person("Institute editor", {network.institute: Role.EDITOR}, network.network),
        "Outsider": network.outsider,
        "Steward": network.steward,
        "Nobody": None,
    }
    guest = await Person.select(Person.id).where(Person.name == "Guest").first()
    assert guest is not None
    return Cast(network, {name: Client(http, tokens[name]) for name in PEOPLE}, guide, expert, guest["id"])
