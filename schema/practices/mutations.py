"""Mutations on practices."""

from datetime import datetime

import strawberry
from strawberry.types import Info

from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import AudienceInput
from schema.payload import Payload, answer, read
from schema.practices.inputs import PracticeContentInput
from schema.practices.types import Practice
from services.audiences import Audience
from services.practices import practices
from services.practices.content import PracticeContent

_ID = "The practice's global id."
_EXPECTED = "The `revision` that you read; a later one refuses the change with CONFLICT."
_KEY = "Any text of your own; the same request sent again with the same key makes nothing twice."


@strawberry.input(description="A practice to be drafted.")
class DraftPracticeInput:
    """Input of draftPractice."""

    slug: str = strawberry.field(description="Its permanent name in addresses: lower-case words and hyphens.")
    owner: str = strawberry.field(description="The slug of the organisation that answers for it.")
    content: PracticeContentInput = strawberry.field(description="What it says.")
    audience: AudienceInput | None = strawberry.field(default=None, description="Who may read it once published.")
    idempotency_key: str | None = strawberry.field(default=None, description=_KEY)


@strawberry.type(description="The answer of draftPractice.")
class DraftPracticePayload(Payload):
    """Payload of draftPractice."""

    practice: Practice | None = reference("The draft.")


@strawberry.input(description="New text for a practice's open version.")
class EditPracticeInput:
    """Input of editPractice."""

    id: strawberry.ID = strawberry.field(description=_ID)
    content: PracticeContentInput = strawberry.field(description="The whole text; it replaces what was there.")
    audience: AudienceInput | None = strawberry.field(default=None, description="Who may read it once published.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of editPractice.")
class EditPracticePayload(Payload):
    """Payload of editPractice."""

    practice: Practice | None = reference("The practice.")


@strawberry.input(description="Which practice to move on.")
class PracticeStepInput:
    """Input of the mutations that change a practice's state and need nothing else."""

    id: strawberry.ID = strawberry.field(description=_ID)
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of submitPractice.")
class SubmitPracticePayload(Payload):
    """Payload of submitPractice."""

    practice: Practice | None = reference("The practice.")


@strawberry.type(description="The answer of startPracticeReview.")
class StartPracticeReviewPayload(Payload):
    """Payload of startPracticeReview."""

    practice: Practice | None = reference("The practice.")


@strawberry.input(description="What should change in a submitted version.")
class RequestPracticeChangesInput:
    """Input of requestPracticeChanges."""

    id: strawberry.ID = strawberry.field(description=_ID)
    note: str = strawberry.field(description="What should change, for its authors.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of requestPracticeChanges.")
class RequestPracticeChangesPayload(Payload):
    """Payload of requestPracticeChanges."""

    practice: Practice | None = reference("The practice.")


@strawberry.input(description="Which practice to publish, and when its readers may see it.")
class PublishPracticeInput:
    """Input of publishPractice."""

    id: strawberry.ID = strawberry.field(description=_ID)
    embargo_until: datetime | None = strawberry.field(
        default=None,
        description="An instant ahead: until then only the owner's organisation sees it. Without it, at once.",
    )
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of publishPractice.")
class PublishPracticePayload(Payload):
    """Payload of publishPractice."""

    practice: Practice | None = reference("The practice.")


@strawberry.type(description="The answer of withdrawPractice.")
class WithdrawPracticePayload(Payload):
    """Payload of withdrawPractice."""

    practice: Practice | None = reference("The practice.")


@strawberry.type(description="The answer of archivePractice.")
class ArchivePracticePayload(Payload):
    """Payload of archivePractice."""

    practice: Practice | None = reference("The practice.")


@strawberry.type(description="The answer of unarchivePractice.")
class UnarchivePracticePayload(Payload):
    """Payload of unarchivePractice."""

    practice: Practice | None = reference("The practice.")


@strawberry.type
class PracticeMutations:
    """The part of Mutation that is about practices."""

    @strawberry.mutation(description="Begin a practice. Needs the role EDITOR in its owner.")
    async def draft_practice(self, info: Info[Context, None], input: DraftPracticeInput) -> DraftPracticePayload:
        """See services.practices.draft_practice."""
        call = practices.draft_practice(
            info.context.viewer, read(practices.NewPractice, input), idempotency_key=input.idempotency_key
        )
        return await answer(DraftPracticePayload, "practice", call)

    @strawberry.mutation(description="Replace the text of a practice's open version. Needs EDITOR in its owner.")
    async def edit_practice(self, info: Info[Context, None], input: EditPracticeInput) -> EditPracticePayload:
        """See services.practices.edit_practice."""
        call = practices.edit_practice(
            info.context.viewer,
            ids.read(input.id, "Practice"),
            read(PracticeContent, input.content),
            audience=read(Audience, input.audience) if input.audience else None,
            expected_version=input.expected_version,
        )
        return await answer(EditPracticePayload, "practice", call)

    @strawberry.mutation(description="Hand the open version in for review. Needs EDITOR in its owner.")
    async def submit_practice(self, info: Info[Context, None], input: PracticeStepInput) -> SubmitPracticePayload:
        """See services.practices.submit_practice."""
        call = practices.submit_practice(
            info.context.viewer, ids.read(input.id, "Practice"), expected_version=input.expected_version
        )
        return await answer(SubmitPracticePayload, "practice", call)

    @strawberry.mutation(description="Begin to review a submitted version. Needs EDITOR in its owner.")
    async def start_practice_review(
        self, info: Info[Context, None], input: PracticeStepInput
    ) -> StartPracticeReviewPayload:
        """See services.practices.start_practice_review."""
        call = practices.start_practice_review(
            info.context.viewer, ids.read(input.id, "Practice"), expected_version=input.expected_version
        )
        return await answer(StartPracticeReviewPayload, "practice", call)

    @strawberry.mutation(description="Send a version back to its authors with a note. Needs EDITOR in its owner.")
    async def request_practice_changes(
        self, info: Info[Context, None], input: RequestPracticeChangesInput
    ) -> RequestPracticeChangesPayload:
        """See services.practices.request_practice_changes."""
        call = practices.request_practice_changes(
            info.context.viewer,
            ids.read(input.id, "Practice"),
            input.note,
            expected_version=input.expected_version,
        )
        return await answer(RequestPracticeChangesPayload, "practice", call)

    @strawberry.mutation(
        description="Publish the open version to its audience; its text never changes again. Needs EDITOR in its owner."
    )
    async def publish_practice(self, info: Info[Context, None], input: PublishPracticeInput) -> PublishPracticePayload:
        """See services.practices.publish_practice."""
        call = practices.publish_practice(
            info.context.viewer,
            ids.read(input.id, "Practice"),
            embargo_until=input.embargo_until,
            expected_version=input.expected_version,
        )
        return await answer(PublishPracticePayload, "practice", call)

    @strawberry.mutation(description="Take the open version back. Needs EDITOR in its owner.")
    async def withdraw_practice(self, info: Info[Context, None], input: PracticeStepInput) -> WithdrawPracticePayload:
        """See services.practices.withdraw_practice."""
        call = practices.withdraw_practice(
            info.context.viewer, ids.read(input.id, "Practice"), expected_version=input.expected_version
        )
        return await answer(WithdrawPracticePayload, "practice", call)

    @strawberry.mutation(
        description="Mark a published practice as no longer current, and keep it as it is. Needs EDITOR in its owner."
    )
    async def archive_practice(self, info: Info[Context, None], input: PracticeStepInput) -> ArchivePracticePayload:
        """See services.practices.archive_practice."""
        call = practices.archive_practice(
            info.context.viewer, ids.read(input.id, "Practice"), expected_version=input.expected_version
        )
        return await answer(ArchivePracticePayload, "practice", call)

    @strawberry.mutation(description="Make an archived practice current again. Needs EDITOR in its owner.")
    async def unarchive_practice(self, info: Info[Context, None], input: PracticeStepInput) -> UnarchivePracticePayload:
        """See services.practices.unarchive_practice."""
        call = practices.unarchive_practice(
            info.context.viewer, ids.read(input.id, "Practice"), expected_version=input.expected_version
        )
        return await answer(UnarchivePracticePayload, "practice", call)
