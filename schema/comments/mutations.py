"""Mutations on comments."""

from uuid import UUID

import strawberry
from strawberry.types import Info

from schema.comments.subjects import read_subject
from schema.comments.types import Comment
from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import AudienceInput
from schema.payload import Payload, answer, read
from schema.terms import LanguageCode
from services.comments import comments

_ID = "The comment's global id."
_EXPECTED = "The `revision` that you read; a later one refuses the change with CONFLICT."
_KEY = "Any text of your own; the same request sent again with the same key makes nothing twice."
_NO_COMMENT = UUID(int=0)
"""Stands for a `replyTo` that is no comment's id, so that it is refused like any other that is not there."""


@strawberry.input(description="A passage of the subject's text.")
class CommentAnchorInput:
    """See services.comments.Anchor."""

    quote: str = strawberry.field(description="The words of the passage, at most 2,000 characters.")
    prefix: str | None = strawberry.field(default=None, description="The words just before it, at most 200 characters.")
    suffix: str | None = strawberry.field(default=None, description="The words just after it, at most 200 characters.")


@strawberry.input(description="A comment to be made.")
class AddCommentInput:
    """Input of addComment."""

    subject: strawberry.ID = strawberry.field(
        description="The global id of what it speaks of: a case, a round, a practice or an artefact."
    )
    body: str = strawberry.field(description="What it says, at most 10,000 characters.")
    language: LanguageCode | None = strawberry.field(default=None, description="The language it is in.")
    subject_version: int | None = strawberry.field(
        default=None,
        description="The version it speaks of, or the revision of a round."
        " Without it the one that is replied to, or the current one.",
    )
    anchor: CommentAnchorInput | None = strawberry.field(
        default=None, description="The passage it speaks of; without it, the whole."
    )
    reply_to: strawberry.ID | None = strawberry.field(
        default=None, description="The global id of the comment that it answers, on the same subject."
    )
    organisation: str | None = strawberry.field(
        default=None,
        description="The slug of the organisation in whose name you speak; needed when you could speak for several.",
    )
    audience: AudienceInput | None = strawberry.field(
        default=None,
        description="Its readers, among those of the subject and of what it answers. Nobody named: the subject's"
        " organisation and your own. Without it: everyone who may read the subject and what it answers.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=_KEY)


@strawberry.type(description="The answer of addComment.")
class AddCommentPayload(Payload):
    """Payload of addComment."""

    comment: Comment | None = reference("The comment.")


@strawberry.input(description="New words for a comment.")
class EditCommentInput:
    """Input of editComment."""

    id: strawberry.ID = strawberry.field(description=_ID)
    body: str = strawberry.field(description="What it says, at most 10,000 characters; it replaces what was there.")
    language: LanguageCode | None = strawberry.field(default=None, description="The language it is in.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of editComment.")
class EditCommentPayload(Payload):
    """Payload of editComment."""

    comment: Comment | None = reference("The comment.")


@strawberry.input(description="Which comment.")
class CommentStepInput:
    """Input of the mutations that need nothing but the comment."""

    id: strawberry.ID = strawberry.field(description=_ID)
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of resolveComment.")
class ResolveCommentPayload(Payload):
    """Payload of resolveComment."""

    comment: Comment | None = reference("The comment.")


@strawberry.type(description="The answer of reopenComment.")
class ReopenCommentPayload(Payload):
    """Payload of reopenComment."""

    comment: Comment | None = reference("The comment.")


@strawberry.type(description="The answer of deleteComment.")
class DeleteCommentPayload(Payload):
    """Payload of deleteComment."""

    comment: Comment | None = reference("What is left of it in its thread.")


@strawberry.type
class CommentMutations:
    """The part of Mutation that is about comments."""

    @strawberry.mutation(
        description="Say something of a case, a round, a practice or an artefact, or answer what was said."
        " Needs REVIEWER in some organisation, and changes nothing but the comments."
    )
    async def add_comment(self, info: Info[Context, None], input: AddCommentInput) -> AddCommentPayload:
        """See services.comments.add_comment."""
        call = comments.add_comment(
            info.context.viewer,
            read_subject(input.subject),
            read(comments.NewComment, input),
            reply_to=(ids.read(input.reply_to, "Comment") or _NO_COMMENT) if input.reply_to is not None else None,
            idempotency_key=input.idempotency_key,
        )
        return await answer(AddCommentPayload, "comment", call)

    @strawberry.mutation(description="Change what a comment says. Needs to be its author, while it is not resolved.")
    async def edit_comment(self, info: Info[Context, None], input: EditCommentInput) -> EditCommentPayload:
        """See services.comments.edit_comment."""
        call = comments.edit_comment(
            info.context.viewer,
            ids.read(input.id, "Comment"),
            input.body,
            language=input.language,
            expected_version=input.expected_version,
        )
        return await answer(EditCommentPayload, "comment", call)

    @strawberry.mutation(
        description="Settle the thread that a comment began. Needs EDITOR in the subject's organisation, or to be its"
        " author."
    )
    async def resolve_comment(self, info: Info[Context, None], input: CommentStepInput) -> ResolveCommentPayload:
        """See services.comments.resolve_comment."""
        call = comments.resolve_comment(
            info.context.viewer, ids.read(input.id, "Comment"), expected_version=input.expected_version
        )
        return await answer(ResolveCommentPayload, "comment", call)

    @strawberry.mutation(
        description="Take up a settled thread again. Needs EDITOR in the subject's organisation, or to be its author."
    )
    async def reopen_comment(self, info: Info[Context, None], input: CommentStepInput) -> ReopenCommentPayload:
        """See services.comments.reopen_comment."""
        call = comments.reopen_comment(
            info.context.viewer, ids.read(input.id, "Comment"), expected_version=input.expected_version
        )
        return await answer(ReopenCommentPayload, "comment", call)

    @strawberry.mutation(
        description="Take your own words back for good; or hide another's, which needs ADMIN in the subject's"
        " organisation. Its place in the thread stays."
    )
    async def delete_comment(self, info: Info[Context, None], input: CommentStepInput) -> DeleteCommentPayload:
        """See services.comments.delete_comment."""
        call = comments.delete_comment(
            info.context.viewer, ids.read(input.id, "Comment"), expected_version=input.expected_version
        )
        return await answer(DeleteCommentPayload, "comment", call)
