"""Who may read a comment: at most those who may read what it speaks of, and what it answers."""

from collections.abc import Sequence
from uuid import UUID

from services.access import readable, within
from services.audiences import Audience, check_public, kept_among, keyring_of, keys, named
from services.cases.tables import Case
from services.comments.tables import Comment
from services.errors import ErrorCode, refusal
from services.organisations.people import viewer_of
from services.organisations.terms import Role
from services.subjects import Subject
from services.viewer import Viewer, admission_key, handed_on, lent, organisation_key, person_key


async def readers(
    viewer: Viewer, wanted: Audience | None, subject: Subject, answered: Comment | None, organisation: UUID
) -> list[str]:
    """The audience of a comment that the viewer makes for an organisation; `answered` is what it answers.

    Nobody named in `wanted`: the subject's organisation and the author's. Of the people who read by a key of their own
    only its author and whom it answers read it too; and those who were let into the case, only where a comment, or what
    it answers, says so. Of those who are named only they read it who read what it speaks of and what it answers. Who
    that leaves out is told, by a DomainError, to editors of what it speaks of alone: others may not know its readers.
    """
    author = person_key(viewer.require_person())
    speakers = viewer.person, answered.author if answered else None
    widest = handed_on(await _widest(subject, answered), *speakers)
    own = organisation_key(organisation)
    if wanted is None:
        said = answered.audience if answered else ()
        unasked = {admission_key(subject.case)} - set(said) if subject.case else set()
        kept = [key for key in widest if key not in unasked]
        if readable(kept, viewer.keyring):
            return kept
        return [*kept, own if readable(widest, await keyring_of(organisation)) else author]
    if await _says_who_reads(viewer, subject):
        chosen = await _checked(viewer, wanted, subject, handed_on(subject.audience, *speakers), organisation)
    else:
        chosen = await named(viewer, wanted, subject.organisation, "audience", case=subject.case)
    check_public(wanted, widest, "audience")
    kept = await kept_among([*chosen, own], widest, organisation, subject.organisation)
    return kept if own in kept else [*kept, author]


async def _says_who_reads(viewer: Viewer, subject: Subject) -> bool:
    """Whether the viewer is an editor of what a comment speaks of, and of the case that this belongs to."""
    case = await Case.select(Case.owner).where(Case.id == subject.case).first() if subject.case else None
    answering = {subject.organisation, case["owner"] if case else subject.organisation}
    return all(viewer.has_role(one, Role.EDITOR) for one in answering)


async def _checked(
    viewer: Viewer, wanted: Audience, subject: Subject, widest: Sequence[str], organisation: UUID
) -> list[str]:
    """The keys of who is named. Raises DomainError for readers outside."""
    among = [*widest, *await keyring_of(organisation)]
    chosen = await keys(viewer, wanted, subject.organisation, "audience", case=subject.case, among=among)
    outside = set(chosen) - {*await kept_among(chosen, widest, organisation, subject.organisation)}
    if outside - {organisation_key(organisation), organisation_key(subject.organisation)}:
        raise refusal(
            ErrorCode.INVALID,
            "You name readers who may not read what you comment on. Leave them out, or name no audience to reach"
            " everyone who may.",
            "audience",
        )
    return chosen


async def _widest(subject: Subject, answered: Comment | None) -> list[str]:
    # What only its organisation reads by now, as a version that is withheld, is answered inside.
    if answered is None or set(subject.audience) == {organisation_key(subject.organisation)}:
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
