"""Mutations on adoptions."""

import strawberry
from strawberry.types import Info

from schema.adoptions.terms import AdoptionMode, AdoptionStage
from schema.adoptions.types import Adoption
from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import AudienceInput
from schema.payload import Payload, answer, read
from schema.shared import LocalisedTextInput
from services.adoptions import adoptions


@strawberry.input(description="An adoption to be recorded.")
class RecordAdoptionInput:
    """Input of recordAdoption."""

    subject: strawberry.ID = strawberry.field(description="The global id of the practice or case that is adopted.")
    organisation: str = strawberry.field(description="The slug of the organisation that adopts it; not its owner's.")
    mode: AdoptionMode = strawberry.field(description="How faithfully.")
    stage: AdoptionStage = strawberry.field(
        default=AdoptionStage.INTERESTED, description="How far it has come: INTERESTED, PLANNED or IMPLEMENTED."
    )
    changes: list[LocalisedTextInput] | None = strawberry.field(
        default=None, description="What was changed to make it fit."
    )
    audience: AudienceInput | None = strawberry.field(
        default=None,
        description="Its readers besides the two organisations, among those of what is adopted; without it, all.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Any text of your own; the same request sent again with the same key makes nothing twice.",
    )


@strawberry.type(description="The answer of recordAdoption.")
class RecordAdoptionPayload(Payload):
    """Payload of recordAdoption."""

    adoption: Adoption | None = reference("The adoption.")


@strawberry.input(description="How far an adoption has come.")
class AdvanceAdoptionInput:
    """Input of advanceAdoption."""

    id: strawberry.ID = strawberry.field(description="The adoption's global id.")
    stage: AdoptionStage = strawberry.field(description="The stage that follows the present one, or ABANDONED.")
    changes: list[LocalisedTextInput] | None = strawberry.field(
        default=None, description="What was changed to make it fit; replaces what was said before."
    )
    evidence: list[LocalisedTextInput] | None = strawberry.field(
        default=None, description="By what you know that it helps. VALUE_CONFIRMED needs it."
    )
    evidence_url: str | None = strawberry.field(default=None, description="Where more of the evidence can be read.")
    abandoned_reason: list[LocalisedTextInput] | None = strawberry.field(
        default=None, description="Why it was given up. ABANDONED needs it."
    )
    expected_version: int | None = strawberry.field(
        default=None, description="The `revision` that you read; a later one refuses the change with CONFLICT."
    )


@strawberry.type(description="The answer of advanceAdoption.")
class AdvanceAdoptionPayload(Payload):
    """Payload of advanceAdoption."""

    adoption: Adoption | None = reference("The adoption.")


@strawberry.type
class AdoptionMutations:
    """The part of Mutation that is about adoptions."""

    @strawberry.mutation(
        description="Say that an organisation takes up another's published practice or case; its publisher is told."
        " Needs EDITOR in the adopting organisation."
    )
    async def record_adoption(self, info: Info[Context, None], input: RecordAdoptionInput) -> RecordAdoptionPayload:
        """See services.adoptions.record_adoption."""
        call = adoptions.record_adoption(
            info.context.viewer,
            adoptions.Adopted(practice=ids.read(input.subject, "Practice"), case=ids.read(input.subject, "Case")),
            read(adoptions.NewAdoption, input),
            idempotency_key=input.idempotency_key,
        )
        return await answer(RecordAdoptionPayload, "adoption", call)

    @strawberry.mutation(
        description="Say how far an adoption has come, or that it was given up; the publisher is told. Only"
        " VALUE_CONFIRMED counts as spread. Needs EDITOR in the adopting organisation."
    )
    async def advance_adoption(self, info: Info[Context, None], input: AdvanceAdoptionInput) -> AdvanceAdoptionPayload:
        """See services.adoptions.advance_adoption."""
        call = adoptions.advance_adoption(
            info.context.viewer,
            ids.read(input.id, "Adoption"),
            read(adoptions.Advance, input),
            expected_version=input.expected_version,
        )
        return await answer(AdvanceAdoptionPayload, "adoption", call)
