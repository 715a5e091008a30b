"""Mutations on organisations and on all that belongs to them."""

import strawberry
from strawberry.types import Info

from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import EXPECTED, KEY
from schema.organisations.anew import answer_anew
from schema.organisations.lab_mutations import LabMutations
from schema.organisations.member_mutations import MemberMutations
from schema.organisations.terms import GovernmentLevel, OrganisationKind
from schema.organisations.token_mutations import TokenMutations
from schema.organisations.types import Organisation
from schema.payload import Payload, answer, read
from schema.shared import LocalisedTextInput
from services.organisations import organisations


@strawberry.input(description="A number that a register gave to an organisation.")
class IdentifierInput:
    """See services.organisations.rules.Identifier."""

    scheme: str = strawberry.field(description="The register, such as KBO or ISNI.")
    value: str = strawberry.field(description="The number in it.")


@strawberry.input
class OrganisationProfileInput:
    """See services.organisations.organisations.OrganisationProfile."""

    names: list[LocalisedTextInput] = strawberry.field(description="Its name, at most 200 characters in each language.")
    kind: OrganisationKind = strawberry.field(description="What sort of body it is.")
    level: GovernmentLevel = strawberry.field(description="The tier of government it works at.")
    country: str = strawberry.field(description="ISO 3166-1 alpha-2 code of its country: BE, SE, GR.")
    nuts: str | None = strawberry.field(default=None, description="NUTS code of its region: BE213.")
    lau: str | None = strawberry.field(default=None, description="LAU code, of a municipality: 13029.")
    inhabitants: int | None = strawberry.field(
        default=None, description="How many people live there; left out if not known, never 0."
    )
    identifiers: list[IdentifierInput] = strawberry.field(
        default_factory=list, description="Its numbers in registers, at most 20."
    )
    website: str | None = strawberry.field(default=None, description="Its website, as a full address: https://…")
    parent: str | None = strawberry.field(default=None, description="The slug of the body it belongs to.")
    description: list[LocalisedTextInput] | None = strawberry.field(default=None, description="What it does.")


@strawberry.input(description="An organisation to be added to the network.")
class RegisterOrganisationInput(OrganisationProfileInput):
    """Input of registerOrganisation."""

    slug: str = strawberry.field(description="Its permanent name in addresses: lower-case words and hyphens.")
    is_sample: bool = strawberry.field(default=False, description="Whether it is made up for demonstration.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The answer of registerOrganisation.")
class RegisterOrganisationPayload(Payload):
    """Payload of registerOrganisation."""

    organisation: Organisation | None = reference("The organisation.")


@strawberry.input(description="A new profile for an organisation; it replaces what was there.")
class EditOrganisationInput(OrganisationProfileInput):
    """Input of editOrganisation."""

    id: strawberry.ID = strawberry.field(description="The organisation's global id.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)


@strawberry.type(description="The answer of editOrganisation.")
class EditOrganisationPayload(Payload):
    """Payload of editOrganisation."""

    organisation: Organisation | None = reference("The organisation.")


@strawberry.type
class OrganisationMutations(MemberMutations, LabMutations, TokenMutations):
    """The part of Mutation that is about organisations."""

    @strawberry.mutation(description="Add a body to the network and become its first ADMIN. Needs to be a steward.")
    async def register_organisation(
        self, info: Info[Context, None], input: RegisterOrganisationInput
    ) -> RegisterOrganisationPayload:
        """See services.organisations.register_organisation."""
        call = organisations.register_organisation(
            info.context.viewer,
            read(organisations.NewOrganisation, input),
            idempotency_key=input.idempotency_key,
        )
        return await answer_anew(info, RegisterOrganisationPayload, "organisation", call)

    @strawberry.mutation(
        description="Replace an organisation's profile. Needs ADMIN in it; only a steward may change `kind`."
    )
    async def edit_organisation(
        self, info: Info[Context, None], input: EditOrganisationInput
    ) -> EditOrganisationPayload:
        """See services.organisations.edit_organisation."""
        call = organisations.edit_organisation(
            info.context.viewer,
            ids.read(input.id, "Organisation"),
            read(organisations.OrganisationProfile, input),
            expected_version=input.expected_version,
        )
        return await answer(EditOrganisationPayload, "organisation", call)
