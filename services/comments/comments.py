"""Verbs on comments. Each runs in one transaction, appends to the log, and leaves the subject as it is."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services import idempotency, log
from services.access import access, access_for_change, check_revision, require_role
from services.audiences import Audience
from services.cases.admissions import is_guest
from services.columns import has_happened
from services.comments.at_once import Words, add_at_once
from services.comments.readers import readers
from services.comments.rules import check_open, check_words, is_gone, spokesman_of
from services.comments.tables import Comment
from services.errors import ErrorCode, refusal, refuse_if
from services.languages import LanguageCode
from services.life_cycle import check_going_on
from services.organisations.organisations import organisation_named
from services.organisations.terms import Role, TokenScope
from services.subjects import (
    KINDS,
    Subject,
    Thing,
    access_subject,
    organisation_of,
    readable_subject,
    reads_itself,
    subject_of,
)
from services.text import clean
from services.transaction import transaction
from services.viewer import Viewer, admission_key, admissions, lent

_INSERT = {
    # Of all writes this one is made most, and Piccolo takes ten times as long to put the same words together.
    name: (
        f'insert into comment (id, audience, "{kind.column}", subject_version, reply_to, author, organisation,'  # noqa: S608 - our own names
        " body, language, anchor_quote, anchor_prefix, anchor_suffix)"
        " values ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})"
    )
    for name, kind in KINDS.items()
}


@dataclass(frozen=True, slots=True)
class Anchor:
    """A passage: its words, and the words just before and after it, so that it can be found again."""

    quote: str
    prefix: str | None = None
    suffix: str | None = None


@dataclass(frozen=True, slots=True)
class NewComment:
    """A comment to be made for `organisation`, a slug; without `audience`, for everyone who may read the subject."""

    body: str
    language: LanguageCode | None = None
    subject_version: int | None = None
    anchor: Anchor | None = None
    organisation: str | None = None
    audience: Audience | None = None


async def add_comment(
    viewer: Viewer,
    thing: Thing | None,
    new: NewComment,
    *,
    reply_to: UUID | None = None,
    idempotency_key: str | None = None,
) -> UUID:
    """Say something of one version of a case, a round, a practice or an artefact.

    A reply speaks of the version that it answers, unless it names another.
    """
    viewer.require_scope(TokenScope.REVIEW)
    body, anchor = clean(new.body), _cleaned(new.anchor)
    refuse_if(check_words(body, anchor))
    words = Words(body, new.language, *(anchor.get(part) for part in ("quote", "prefix", "suffix")))
    if thing and _is_usual(viewer, new) and not reply_to and not idempotency_key:
        made = await add_at_once(viewer, thing, spokesman_of(viewer), words)
        if made:
            return made
    async with transaction():
        answered = await access(Comment, viewer, reply_to, "comment", "replyTo") if reply_to else None
        version = answered.subject_version if answered and new.subject_version is None else new.subject_version
        subject = await access_subject(viewer, thing, version, "subject")
        if answered and subject_of(answered) != thing:
            raise refusal(ErrorCode.INVALID, "What you reply to speaks of something else.", "replyTo")
        organisation = await _spokesman(viewer, new.organisation, await _least(viewer, subject))
        claim = await idempotency.claim(viewer, "add_comment", idempotency_key, (thing, reply_to, new))
        if claim.made:
            return claim.id
        check_going_on(subject.kept, "subject")
        audience = await readers(viewer, new.audience, subject, answered, organisation)
        await Comment.raw(
            _INSERT[subject.kind],
            claim.id,
            audience,
            subject.id,
            subject.version,
            reply_to,
            viewer.person,
            organisation,
            *words,
        )
        spoken_of = {"subject_type": subject.kind, "subject_id": str(subject.id), "version": subject.version}
        # Its ADMINs read the line, and need not be able to read what one of theirs was let into.
        detail = spoken_of if await reads_itself(organisation, subject) else {}
        await log.record(viewer, "add_comment", "Comment", claim.id, organisation=organisation, detail=detail)
    return claim.id


async def edit_comment(
    viewer: Viewer,
    comment_id: UUID | None,
    body: str,
    *,
    language: LanguageCode | None = None,
    expected_version: int | None = None,
) -> UUID:
    """Say it better: its author may, while it is neither resolved nor gone."""
    viewer.require_scope(TokenScope.REVIEW)
    said = clean(body)
    refuse_if(check_words(said, {}))
    async with transaction():
        comment, organisation = await _changeable(viewer, comment_id, expected_version)
        if not _is_theirs(viewer, comment):
            raise refusal(ErrorCode.FORBIDDEN, "Only its author may change what it says.")
        await _check_going_on(viewer, comment)
        check_open(comment)
        now = datetime.now(UTC)
        await _change(viewer, comment, "edit_comment", organisation, body=said, language=language, edited_at=now)
        return comment.id


async def resolve_comment(viewer: Viewer, comment_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Mark a thread as settled, by the comment that began it."""
    viewer.require_scope(TokenScope.REVIEW)
    async with transaction():
        comment, organisation = await _changeable(viewer, comment_id, expected_version)
        await _require_say(viewer, comment, organisation, "settle what was said of its things")
        await _check_going_on(viewer, comment)
        check_open(comment)
        if comment.reply_to:
            raise refusal(ErrorCode.INVALID, "A reply is settled with the comment that began the thread.", "id")
        now = datetime.now(UTC)
        await _change(viewer, comment, "resolve_comment", organisation, resolved_at=now, resolved_by=viewer.person)
        return comment.id


async def reopen_comment(viewer: Viewer, comment_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Take `resolve_comment` back."""
    viewer.require_scope(TokenScope.REVIEW)
    async with transaction():
        comment, organisation = await _changeable(viewer, comment_id, expected_version)
        await _require_say(viewer, comment, organisation, "take up again what was said of its things")
        await _check_going_on(viewer, comment)
        if not has_happened(comment.resolved_at):
            raise refusal(ErrorCode.WRONG_STATE, "It is not resolved.", "id")
        await _change(viewer, comment, "reopen_comment", organisation, resolved_at=None, resolved_by=None)
        return comment.id


async def delete_comment(viewer: Viewer, comment_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Take one's own words back for good, or hide another's as an administrator of the subject's organisation.

    Either way its place in the thread stays.
    """
    viewer.require_scope(TokenScope.REVIEW)
    async with transaction():
        comment, organisation = await _changeable(viewer, comment_id, expected_version)
        now = datetime.now(UTC)
        if _is_theirs(viewer, comment):
            if has_happened(comment.deleted_at):
                raise refusal(ErrorCode.WRONG_STATE, "You have deleted it already.", "id")
            emptied = dict.fromkeys(("language", "anchor_quote", "anchor_prefix", "anchor_suffix"))
            await _change(viewer, comment, "delete_comment", organisation, body="", deleted_at=now, **emptied)
        else:
            await require_role(viewer, organisation, Role.ADMIN, "hide what others said of its things")
            if is_gone(comment):
                raise refusal(ErrorCode.WRONG_STATE, "Its words are no longer shown.", "id")
            await _change(viewer, comment, "hide_comment", organisation, hidden_at=now)
        return comment.id


# -- steps ---------------------------------------------------------------------------------------------------------


def _is_usual(viewer: Viewer, new: NewComment) -> bool:
    """Whether it speaks of the current version, for the viewer's one organisation, to all who may read it.

    Whoever was let into something may be speaking of that, to fewer.
    """
    named = (new.subject_version, new.organisation, new.audience)
    return all(one is None for one in named) and not [*admissions(viewer.keyring), *lent(viewer.keyring)]


async def _changeable(viewer: Viewer, comment_id: UUID | None, expected: int | None) -> tuple[Comment, UUID]:
    """The comment, locked, and the organisation of its subject."""
    comment = await access_for_change(Comment, viewer, comment_id, "comment", "id")
    organisation = await organisation_of(viewer, subject_of(comment), "comment", "id")
    check_revision(expected, comment.revision)
    return comment, organisation


async def _check_going_on(viewer: Viewer, comment: Comment) -> None:
    """Raise DomainError WRONG_STATE while what the comment speaks of is archived or withdrawn."""
    subject = await readable_subject(viewer, subject_of(comment), comment.subject_version)
    if subject:
        check_going_on(subject.kept, "id")


def _is_theirs(viewer: Viewer, comment: Comment) -> bool:
    """Whether the viewer said it: by a sign-in for one organisation, what they said for that."""
    return viewer.speaks_as(comment.author, comment.organisation)


async def _require_say(viewer: Viewer, comment: Comment, organisation: UUID, to: str) -> None:
    if not _is_theirs(viewer, comment):
        await require_role(viewer, organisation, Role.EDITOR, to)


async def _change(viewer: Viewer, comment: Comment, action: str, organisation: UUID, **columns: Any) -> None:
    acting = comment.organisation if _is_theirs(viewer, comment) else organisation
    await Comment.update(revision=comment.revision + 1, **columns).where(Comment.id == comment.id)
    await log.record(viewer, action, "Comment", comment.id, organisation=acting)


async def _least(viewer: Viewer, subject: Subject) -> Role:
    """The role that it takes to comment: a guest of the case was invited to speak, so any will do."""
    if subject.case is None or admission_key(subject.case) not in viewer.keyring:
        return Role.REVIEWER
    return Role.READER if await is_guest(viewer.require_person(), subject.case) else Role.REVIEWER


async def _spokesman(viewer: Viewer, slug: str | None, least: Role) -> UUID:
    """The organisation that the viewer speaks for."""
    if slug is None:
        return spokesman_of(viewer, least)
    organisation = await organisation_named(slug, "organisation")
    await require_role(viewer, organisation.id, least, "comment in its name")
    return organisation.id


def _cleaned(anchor: Anchor | None) -> dict[str, str | None]:
    if anchor is None:
        return {}
    # A passage is found again by its white space too, so that is kept from being trimmed.
    return {name: text and clean(f"|{text}|")[1:-1] for name, text in asdict(anchor).items()}
