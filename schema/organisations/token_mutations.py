"""Mutations on one's own tokens."""

import strawberry
from strawberry.types import Info

from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import KEY
from schema.organisations.terms import TokenScope
from schema.organisations.viewer import PersonalToken
from schema.payload import Payload, answer, read
from schema.shared import user_errors
from services.errors import DomainError
from services.organisations import tokens


@strawberry.input(description="A token to be made for yourself.")
class IssueTokenInput:
    """Input of issueToken."""

    label: str = strawberry.field(description="What it is for, at most 100 characters.")
    scopes: list[TokenScope] = strawberry.field(
        description="What it may be used for; among the scopes of the token that you use now."
    )
    expires_in_days: int = strawberry.field(description="For how many days it is valid, 1–365.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The answer of issueToken.")
class IssueTokenPayload(Payload):
    """Payload of issueToken."""

    token: PersonalToken | None = reference("The token.")
    secret: str | None = strawberry.field(
        default=None,
        description="What to send as «Authorization: Bearer …». Shown this once: keep it where passwords are kept."
        " null when the request only repeats an earlier one with the same key.",
    )


@strawberry.input(description="Which of your tokens to revoke.")
class RevokeTokenInput:
    """Input of revokeToken."""

    id: strawberry.ID = strawberry.field(description="The token's global id.")


@strawberry.type(description="The answer of revokeToken.")
class RevokeTokenPayload(Payload):
    """Payload of revokeToken."""

    token: PersonalToken | None = reference("The token.")


@strawberry.type
class TokenMutations:
    """The part of Mutation that is about tokens."""

    @strawberry.mutation(description="Make a token for yourself. Needs a token with the scope WRITE.")
    async def issue_token(self, info: Info[Context, None], input: IssueTokenInput) -> IssueTokenPayload:
        """See services.organisations.tokens.issue_token."""
        try:
            issued = await tokens.issue_token(
                info.context.viewer, read(tokens.NewToken, input), idempotency_key=input.idempotency_key
            )
        except DomainError as error:
            return IssueTokenPayload(user_errors=user_errors(error))
        return IssueTokenPayload(references={"token": issued.id}, secret=issued.secret)

    @strawberry.mutation(description="End one of your tokens, at once and for good. Needs the scope WRITE.")
    async def revoke_token(self, info: Info[Context, None], input: RevokeTokenInput) -> RevokeTokenPayload:
        """See services.organisations.tokens.revoke_token."""
        call = tokens.revoke_token(info.context.viewer, ids.read(input.id, "PersonalToken"))
        return await answer(RevokeTokenPayload, "token", call)
