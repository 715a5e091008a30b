"""Invariants of comments. Pure functions."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from services.columns import has_happened
from services.comments.tables import Comment
from services.errors import ErrorCode, Problem, refusal
from services.organisations.terms import Role
from services.text import check_length, check_prose
from services.viewer import Viewer

BODY_LIMIT = 10_000
QUOTE_LIMIT = 2_000
AROUND_LIMIT = 200


def check_words(body: str, anchor: Mapping[str, str | None]) -> Iterator[Problem]:
    """A comment says something, and neither it nor the passage it quotes is a book."""
    if not body:
        yield Problem(ErrorCode.REQUIRED, "Say something.", ("body",))
    if anchor and not (anchor["quote"] or "").strip():
        yield Problem(ErrorCode.REQUIRED, "Quote the passage that you speak of.", ("anchor", "quote"))
    yield from check_length(body, BODY_LIMIT, "body")
    yield from check_prose(body, "body")
    for name, text in anchor.items():
        yield from check_length(text or "", QUOTE_LIMIT if name == "quote" else AROUND_LIMIT, "anchor", name)
        yield from check_prose(text or "", "anchor", name)


def spokesman_of(viewer: Viewer, least: Role = Role.REVIEWER) -> UUID:
    """The one organisation that the viewer may comment for, in which they hold `least`.

    Raises DomainError when there is none, or a choice.
    """
    possible = [organisation for organisation in viewer.roles if viewer.has_role(organisation, least)]
    if not possible:
        raise refusal(
            ErrorCode.FORBIDDEN,
            "Comments are made for an organisation in which you are a reviewer, an editor or an administrator."
            " Ask its administrator for the role.",
        )
    if len(possible) > 1:
        raise refusal(ErrorCode.REQUIRED, "Say for which of your organisations you speak, by its slug.", "organisation")
    return possible[0]


def is_gone(comment: Comment) -> bool:
    """Whether a comment's words are no longer shown."""
    return has_happened(comment.deleted_at) or has_happened(comment.hidden_at)


def check_open(comment: Comment) -> None:
    """Raise DomainError WRONG_STATE unless a comment's life is open: neither resolved nor gone."""
    if is_gone(comment):
        raise refusal(ErrorCode.WRONG_STATE, "Its words are no longer shown; write a new comment.", "id")
    if has_happened(comment.resolved_at):
        raise refusal(ErrorCode.WRONG_STATE, "It is resolved; reopen it first.", "id")
