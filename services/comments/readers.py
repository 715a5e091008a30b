"""Who may read a comment: at most those who may read what it speaks of, and what it answers."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.access import readable, within
from services.audiences import Audience, keyring_of, keys
from services.comments.tables import Comment
from services.errors import ErrorCode, refusal
from services.organisations.people import viewer_of
from services.organisations.tables import NetworkMember
from services.subjects import Subject
from services.viewer import Viewer, admission_key, handed_on, lent, organisation_key, person_key


async def readers(
    viewer: Viewer, wanted: Audience | None, subject: Subject, answered: Comment | None, organisation: UUID
) -> list[str]:
    """The audience of a comment that the viewer makes for an organisation; `answered` is what it answers.

    Nobody named in `wanted`: the subject's organisation and the author's. Of the people who read by a key of their own
    only its author and whom it answers read it too; and those who were let into the case, only where a comment, or what
    it answers, says so. Raises DomainError for readers outside.
    """
    author = person_key(viewer.require_person())
    widest = handed_on(await _widest(subject, answered), viewer.person, answered.author if answered else None)
    own = organisation_key(organisation)
    if wanted is None:
        chosen = answered.audience if answered else ()
        unasked = {admission_key(subject.case)} - set(chosen) if subject.case else set()
        kept = [key for key in widest if key not in unasked]
        if readable(kept, viewer.keyring):
            return kept
        return [*kept, own if readable(widest, await keyring_of(organisation)) else author]
    among = [*widest, *await keyring_of(organisation)]
    named = await keys(viewer, wanted, subject.organisation, "audience", case=subject.case, among=among)
    strangers = await _outside([*named, own], widest)
    if strangers - {own, organisation_key(subject.organisation)}:
        raise refusal(
            ErrorCode.INVALID,
            "You name readers who may not read what you comment on. Leave them out, or name no audience to reach"
            " everyone who may.",
            "audience",
        )
    kept = [key for key in (*named, own) if key not in strangers]
    return list(dict.fromkeys([*kept, author] if own in strangers else kept))


async def _widest(subject: Subject, answered: Comment | None) -> list[str]:
    if answered is None:
        return list(subject.audience)
    if answered.subject_version == subject.version:
        return list(answered.audience)
    asked = await viewer_of(answered.author, ()) if answered.author and lent(subject.audience) else None
    # A guest of a review reads this version by another key than the one by which they read what they said.
    guest = [person_key(answered.author)] if asked and readable(lent(subject.audience), asked.keyring) else []
    return shared([*subject.audience, *guest], answered.audience)


def shared(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """The audience of those who hold a key of both: the narrower of the two, or the keys in common."""
    if within(one, other):
        return list(one)
    return list(other) if within(other, one) else [key for key in one if key in other]


async def _outside(part: Iterable[str], whole: Sequence[str]) -> set[str]:
    """The keys whose holders are not all among the whole's readers, as its keys and their networks now stand."""
    strangers = {key for key in part if not within([key], whole)}
    organisations = _ids(strangers, "organisation")
    networks = _ids(whole, "network")
    if not organisations or not networks:
        return strangers
    members = await NetworkMember.select(NetworkMember.organisation).where(
        NetworkMember.organisation.is_in(organisations) & NetworkMember.network.is_in(networks)
    )
    return strangers - {organisation_key(row["organisation"]) for row in members}


def _ids(keys_: Iterable[str], kind: str) -> list[UUID]:
    return [UUID(row_id) for of, _, row_id in (key.partition(":") for key in keys_) if of == kind]
