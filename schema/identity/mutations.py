"""Mutations on identity providers."""

import strawberry
from strawberry.types import Info

from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import EXPECTED
from schema.organisations.terms import Role
from schema.organisations.types import Organisation
from schema.payload import Payload, answer, read
from services.identity import providers

_ORGANISATION = "The organisation's slug."


@strawberry.input(description="Who has a value in a claim of their provider gets a role.")
class RoleRuleInput:
    """A RoleRule."""

    claim: str = strawberry.field(description="The claim, such as `groups`; `a.b` reaches into objects.")
    contains: str = strawberry.field(description="The value it has, or has in its list.")
    role: Role = strawberry.field(description="The role they get.")


@strawberry.input(description="By whom an organisation's people are signed in.")
class ConfigureIdentityProviderInput:
    """Input of configureIdentityProvider."""

    organisation: str = strawberry.field(description=_ORGANISATION)
    issuer: str = strawberry.field(description="The provider's issuer identifier, as its discovery document has it.")
    client_id: str = strawberry.field(description="As what Serra is registered there.")
    client_secret: str | None = strawberry.field(
        default=None,
        description="The secret of that registration, stored encrypted. Left out, the present one stays, as long as"
        " issuer and client do; empty, there is none.",
    )
    scopes: list[str] = strawberry.field(
        default_factory=lambda: ["openid", "profile", "email"], description="What to ask for; `openid` among it."
    )
    rules: list[RoleRuleInput] = strawberry.field(
        default_factory=list, description="Who gets which role; the first that fits decides."
    )
    default_role: Role | None = strawberry.field(
        default=None, description="The role where no rule fits, not ADMIN; without it nobody is let in then."
    )
    allows_machines: bool = strawberry.field(
        default=False, description="Whether tokens that it gives to programs are taken as bearer tokens."
    )
    is_enabled: bool = strawberry.field(default=True, description="Whether it signs anybody in.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)


@strawberry.type(description="The answer of configureIdentityProvider.")
class ConfigureIdentityProviderPayload(Payload):
    """Payload of configureIdentityProvider."""

    organisation: Organisation | None = reference("The organisation.")


@strawberry.input(description="Whose provider is to sign nobody in any longer.")
class RemoveIdentityProviderInput:
    """Input of removeIdentityProvider."""

    organisation: str = strawberry.field(description=_ORGANISATION)


@strawberry.type(description="The answer of removeIdentityProvider.")
class RemoveIdentityProviderPayload(Payload):
    """Payload of removeIdentityProvider."""

    organisation: Organisation | None = reference("The organisation.")


@strawberry.input(description="An issuer that is to serve nobody any longer.")
class FreeIssuerInput:
    """Input of freeIssuer."""

    issuer: str = strawberry.field(description="Its issuer identifier, to the letter.")


@strawberry.type(description="The answer of freeIssuer.")
class FreeIssuerPayload(Payload):
    """Payload of freeIssuer."""

    organisation: Organisation | None = reference("The organisation that it served, as everyone reads it.")


@strawberry.type
class IdentityMutations:
    """The part of Mutation that is about identity providers."""

    @strawberry.mutation(
        description="Say by which OpenID Connect provider an organisation's people are signed in, and who of them gets"
        " which role. Needs ADMIN in it. Another issuer or client ends the sessions that there are."
    )
    async def configure_identity_provider(
        self, info: Info[Context, None], input: ConfigureIdentityProviderInput
    ) -> ConfigureIdentityProviderPayload:
        """See services.identity.providers.configure_provider."""
        context = info.context
        call = providers.configure_provider(
            context.viewer,
            context.ports.issuers,
            read(providers.ProviderSettings, input),
            expected_version=input.expected_version,
        )
        return await answer(ConfigureIdentityProviderPayload, "organisation", call)

    @strawberry.mutation(
        description="Have an organisation's people signed in by its provider no longer, at once. Needs ADMIN in it."
    )
    async def remove_identity_provider(
        self, info: Info[Context, None], input: RemoveIdentityProviderInput
    ) -> RemoveIdentityProviderPayload:
        """See services.identity.providers.remove_provider."""
        call = providers.remove_provider(info.context.viewer, input.organisation)
        return await answer(RemoveIdentityProviderPayload, "organisation", call)

    @strawberry.mutation(
        description="Take an issuer from the organisation that it serves, so that another can show that it is its own:"
        " switches the organisation's provider off, and ends its sessions. For stewards."
    )
    async def free_issuer(self, info: Info[Context, None], input: FreeIssuerInput) -> FreeIssuerPayload:
        """See services.identity.providers.free_issuer."""
        call = providers.free_issuer(info.context.viewer, input.issuer)
        return await answer(FreeIssuerPayload, "organisation", call)
