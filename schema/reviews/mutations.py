"""Mutations on reviews."""

from datetime import date

import strawberry
from strawberry.types import Info

from schema.comments.subjects import read_subject
from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.payload import Payload, answer, read
from schema.reviews.terms import Recommendation
from schema.reviews.types import Review
from schema.terms import LanguageCode
from services.reviews import reviews

_ID = "The review's global id."
_EXPECTED = "The `revision` that you read; a later one refuses the change with CONFLICT."
_KEY = "Any text of your own; the same request sent again with the same key makes nothing twice."


@strawberry.input(description="A review to be asked for.")
class RequestReviewInput:
    """Input of requestReview."""

    subject: strawberry.ID = strawberry.field(
        description="The global id of what is to be reviewed: a case, a round or a practice."
    )
    reviewer: strawberry.ID = strawberry.field(
        description="The global id of the person, who is outside the organisations that own, ran or guided it."
    )
    due_on: date = strawberry.field(description="The last day on which it is in time; later than today (UTC).")
    organisation: str | None = strawberry.field(
        default=None,
        description="The slug of the organisation that they review for; needed when there are several.",
    )
    subject_version: int | None = strawberry.field(
        default=None, description="The version to review; without it the newest, which may be a draft."
    )
    guest_reader: bool = strawberry.field(
        default=False,
        description="Let the reviewer read the version for as long as the review lasts, if they cannot otherwise.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=_KEY)


@strawberry.type(description="The answer of requestReview.")
class RequestReviewPayload(Payload):
    """Payload of requestReview."""

    review: Review | None = reference("The request.")


@strawberry.input(description="A yes to a review, with the declaration that comes first.")
class AcceptReviewInput:
    """Input of acceptReview."""

    id: strawberry.ID = strawberry.field(description=_ID)
    conflict_of_interest: str | None = strawberry.field(
        default=None, description="What ties you to the matter or the people, for the organisation that asked."
    )
    has_no_conflict_of_interest: bool = strawberry.field(
        default=False, description="Declares that nothing does; give this or the text."
    )
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of acceptReview.")
class AcceptReviewPayload(Payload):
    """Payload of acceptReview."""

    review: Review | None = reference("The review.")


@strawberry.input(description="A no to a review.")
class DeclineReviewInput:
    """Input of declineReview."""

    id: strawberry.ID = strawberry.field(description=_ID)
    reason: str | None = strawberry.field(default=None, description="Why, if you like to say it.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of declineReview.")
class DeclineReviewPayload(Payload):
    """Payload of declineReview."""

    review: Review | None = reference("The review.")


@strawberry.input(description="A finished review.")
class SubmitReviewInput:
    """Input of submitReview."""

    id: strawberry.ID = strawberry.field(description=_ID)
    body: str = strawberry.field(description="The review, at most 20,000 characters.")
    recommendation: Recommendation = strawberry.field(description="What you advise; it binds nobody.")
    language: LanguageCode | None = strawberry.field(default=None, description="The language it is in.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.type(description="The answer of submitReview.")
class SubmitReviewPayload(Payload):
    """Payload of submitReview."""

    review: Review | None = reference("The review.")


@strawberry.type
class ReviewMutations:
    """The part of Mutation that is about reviews."""

    @strawberry.mutation(
        description="Ask somebody outside the organisations concerned for a review. Needs EDITOR in the subject's"
        " organisation."
    )
    async def request_review(self, info: Info[Context, None], input: RequestReviewInput) -> RequestReviewPayload:
        """See services.reviews.request_review."""
        call = reviews.request_review(
            info.context.viewer,
            read_subject(input.subject),
            ids.read(input.reviewer, "Person"),
            read(reviews.NewReview, input),
            idempotency_key=input.idempotency_key,
        )
        return await answer(RequestReviewPayload, "review", call)

    @strawberry.mutation(description="Agree to review, declaring conflicts of interest. For the person who was asked.")
    async def accept_review(self, info: Info[Context, None], input: AcceptReviewInput) -> AcceptReviewPayload:
        """See services.reviews.accept_review."""
        call = reviews.accept_review(
            info.context.viewer,
            ids.read(input.id, "Review"),
            conflict_of_interest=input.conflict_of_interest,
            has_no_conflict_of_interest=input.has_no_conflict_of_interest,
            expected_version=input.expected_version,
        )
        return await answer(AcceptReviewPayload, "review", call)

    @strawberry.mutation(description="Say no to a review. For the person who was asked.")
    async def decline_review(self, info: Info[Context, None], input: DeclineReviewInput) -> DeclineReviewPayload:
        """See services.reviews.decline_review."""
        call = reviews.decline_review(
            info.context.viewer,
            ids.read(input.id, "Review"),
            reason=input.reason,
            expected_version=input.expected_version,
        )
        return await answer(DeclineReviewPayload, "review", call)

    @strawberry.mutation(
        description="Hand in a review that was accepted; it never changes again. For the person who was asked."
    )
    async def submit_review(self, info: Info[Context, None], input: SubmitReviewInput) -> SubmitReviewPayload:
        """See services.reviews.submit_review."""
        call = reviews.submit_review(
            info.context.viewer,
            ids.read(input.id, "Review"),
            read(reviews.Verdict, input),
            expected_version=input.expected_version,
        )
        return await answer(SubmitReviewPayload, "review", call)
