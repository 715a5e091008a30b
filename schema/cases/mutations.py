"""Mutations on cases."""

from datetime import datetime

import strawberry
from strawberry.types import Info

from schema.cases.contact_mutations import ContactMutations
from schema.cases.inputs import CaseContentInput
from schema.cases.sharing_mutations import SharingMutations
from schema.cases.terms import CaseKind
from schema.cases.types import Case
from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import AudienceInput
from schema.payload import Payload, answer, read
from services.audiences import Audience
from services.cases import cases
from services.cases.content import CaseContent

_ID = "The case's global id."
_EXPECTED = "The `revision` that you read; a later one refuses the change with CONFLICT."
_KEY = "Any text of your own; the same request sent again with the same key makes nothing twice."


@strawberry.input(description="A case to be drafted.")
class DraftCaseInput:
    """Input of draftCase."""

    slug: str = strawberry.field(description="Its permanent name in addresses: lower-case words and hyphens.")
    kind: CaseKind = strawberry.field(description="What sort of account it is.")
    owner: str = strawberry.field(description="The slug of the organisation that answers for it.")
    content: CaseContentInput = strawberry.field(description="What it says.")
    audience: AudienceInput | None = strawberry.field(default=None, description="Who may read it once published.")
    is_example: bool = strawberry.field(default=False, description="Whether it is made up for demonstration.")
    idempotency_key: str | None = strawberry.field(default=None, description=_KEY)


@strawberry.type(description="The answer of draftCase.")
class DraftCasePayload(Payload):
    """Payload of draftCase."""

    case: Case | None = reference("The draft.")


@strawberry.input(description="New text for a case's open version.")
class EditCaseInput:
    """Input of editCase."""

    id: strawberry.ID = strawberry.field(description=_ID)
    content: CaseContentInput = strawberry.field(description="The whole text; it replaces what was there.")
    audience: AudienceInput | None = strawberry.field(default=None, description="Who may read it once published.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of editCase.")
class EditCasePayload(Payload):
    """Payload of editCase."""

    case: Case | None = reference("The case.")


@strawberry.input(description="Which case to move on.")
class CaseStepInput:
    """Input of the mutations that change a case's state and need nothing else."""

    id: strawberry.ID = strawberry.field(description=_ID)
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of submitCase.")
class SubmitCasePayload(Payload):
    """Payload of submitCase."""

    case: Case | None = reference("The case.")


@strawberry.type(description="The answer of startCaseReview.")
class StartCaseReviewPayload(Payload):
    """Payload of startCaseReview."""

    case: Case | None = reference("The case.")


@strawberry.input(description="What should change in a submitted version.")
class RequestCaseChangesInput:
    """Input of requestCaseChanges."""

    id: strawberry.ID = strawberry.field(description=_ID)
    note: str = strawberry.field(description="What should change, for its authors.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of requestCaseChanges.")
class RequestCaseChangesPayload(Payload):
    """Payload of requestCaseChanges."""

    case: Case | None = reference("The case.")


@strawberry.input(description="Which case to publish, and when its readers may see it.")
class PublishCaseInput:
    """Input of publishCase."""

    id: strawberry.ID = strawberry.field(description=_ID)
    embargo_until: datetime | None = strawberry.field(
        default=None,
        description="An instant ahead: until then only the owner's organisation sees it, and whoever was let in."
        " Without it, at once.",
    )
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="Other readers for a case.")
class ShareCaseInput:
    """Input of shareCase."""

    id: strawberry.ID = strawberry.field(description=_ID)
    audience: AudienceInput = strawberry.field(description="Who may read it from now on.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of shareCase.")
class ShareCasePayload(Payload):
    """Payload of shareCase."""

    case: Case | None = reference("The case.")


@strawberry.type(description="The answer of publishCase.")
class PublishCasePayload(Payload):
    """Payload of publishCase."""

    case: Case | None = reference("The case.")


@strawberry.type(description="The answer of withdrawCase.")
class WithdrawCasePayload(Payload):
    """Payload of withdrawCase."""

    case: Case | None = reference("The case.")


@strawberry.type(description="The answer of archiveCase.")
class ArchiveCasePayload(Payload):
    """Payload of archiveCase."""

    case: Case | None = reference("The case.")


@strawberry.type(description="The answer of unarchiveCase.")
class UnarchiveCasePayload(Payload):
    """Payload of unarchiveCase."""

    case: Case | None = reference("The case.")


@strawberry.type
class CaseMutations(ContactMutations, SharingMutations):
    """The part of Mutation that is about cases."""

    @strawberry.mutation(description="Begin a case. Needs the role EDITOR in its owner.")
    async def draft_case(self, info: Info[Context, None], input: DraftCaseInput) -> DraftCasePayload:
        """See services.cases.draft_case."""
        call = cases.draft_case(info.context.viewer, read(cases.NewCase, input), idempotency_key=input.idempotency_key)
        return await answer(DraftCasePayload, "case", call)

    @strawberry.mutation(
        description="Replace the text of a case's open version. Needs EDITOR in its owner, or in an organisation that"
        " was let into it and takes part as OWNER, HOST, FACILITATOR or CO_CREATOR; who reads and who takes part is the"
        " owner's to say."
    )
    async def edit_case(self, info: Info[Context, None], input: EditCaseInput) -> EditCasePayload:
        """See services.cases.edit_case."""
        call = cases.edit_case(
            info.context.viewer,
            ids.read(input.id, "Case"),
            read(CaseContent, input.content),
            audience=read(Audience, input.audience) if input.audience else None,
            expected_version=input.expected_version,
        )
        return await answer(EditCasePayload, "case", call)

    @strawberry.mutation(description="Hand the open version in for review. Needs EDITOR in its owner.")
    async def submit_case(self, info: Info[Context, None], input: CaseStepInput) -> SubmitCasePayload:
        """See services.cases.submit_case."""
        call = cases.submit_case(
            info.context.viewer, ids.read(input.id, "Case"), expected_version=input.expected_version
        )
        return await answer(SubmitCasePayload, "case", call)

    @strawberry.mutation(description="Begin to review a submitted version. Needs EDITOR in its owner.")
    async def start_case_review(self, info: Info[Context, None], input: CaseStepInput) -> StartCaseReviewPayload:
        """See services.cases.start_case_review."""
        call = cases.start_case_review(
            info.context.viewer, ids.read(input.id, "Case"), expected_version=input.expected_version
        )
        return await answer(StartCaseReviewPayload, "case", call)

    @strawberry.mutation(description="Send a version back to its authors with a note. Needs EDITOR in its owner.")
    async def request_case_changes(
        self, info: Info[Context, None], input: RequestCaseChangesInput
    ) -> RequestCaseChangesPayload:
        """See services.cases.request_case_changes."""
        call = cases.request_case_changes(
            info.context.viewer,
            ids.read(input.id, "Case"),
            input.note,
            expected_version=input.expected_version,
        )
        return await answer(RequestCaseChangesPayload, "case", call)

    @strawberry.mutation(
        description="Say who may read a case: at once where it is published, and when an open version will be. Earlier"
        " versions keep their readers, of those who may read the case. Needs EDITOR in its owner."
    )
    async def share_case(self, info: Info[Context, None], input: ShareCaseInput) -> ShareCasePayload:
        """See services.cases.share_case."""
        call = cases.share_case(
            info.context.viewer,
            ids.read(input.id, "Case"),
            read(Audience, input.audience),
            expected_version=input.expected_version,
        )
        return await answer(ShareCasePayload, "case", call)

    @strawberry.mutation(
        description="Publish the open version to its audience; its text never changes again. Needs EDITOR in its owner."
    )
    async def publish_case(self, info: Info[Context, None], input: PublishCaseInput) -> PublishCasePayload:
        """See services.cases.publish_case."""
        call = cases.publish_case(
            info.context.viewer,
            ids.read(input.id, "Case"),
            embargo_until=input.embargo_until,
            expected_version=input.expected_version,
        )
        return await answer(PublishCasePayload, "case", call)

    @strawberry.mutation(description="Take the open version back. Needs EDITOR in its owner.")
    async def withdraw_case(self, info: Info[Context, None], input: CaseStepInput) -> WithdrawCasePayload:
        """See services.cases.withdraw_case."""
        call = cases.withdraw_case(
            info.context.viewer, ids.read(input.id, "Case"), expected_version=input.expected_version
        )
        return await answer(WithdrawCasePayload, "case", call)

    @strawberry.mutation(
        description="Mark a published case as no longer current, and keep it as it is. Needs EDITOR in its owner."
    )
    async def archive_case(self, info: Info[Context, None], input: CaseStepInput) -> ArchiveCasePayload:
        """See services.cases.archive_case."""
        call = cases.archive_case(
            info.context.viewer, ids.read(input.id, "Case"), expected_version=input.expected_version
        )
        return await answer(ArchiveCasePayload, "case", call)

    @strawberry.mutation(description="Make an archived case current again. Needs EDITOR in its owner.")
    async def unarchive_case(self, info: Info[Context, None], input: CaseStepInput) -> UnarchiveCasePayload:
        """See services.cases.unarchive_case."""
        call = cases.unarchive_case(
            info.context.viewer, ids.read(input.id, "Case"), expected_version=input.expected_version
        )
        return await answer(UnarchiveCasePayload, "case", call)
