"""Verbs on notifications, and the follow-up that makes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from piccolo.columns.combination import And, Where

from services import log
from services.access import unknown
from services.notifications.tables import Notification
from services.notifications.terms import OF_ADMINISTRATION, NotificationKind
from services.organisations.tables import Membership
from services.organisations.terms import Role, TokenScope
from services.transaction import transaction
from services.viewer import Viewer, person_key

_CONCERNS_TOO: Final = """
    update notification set organisations = organisations || {}::uuid
    where cause = {} and person = any({}::uuid[]) and {} <> all(organisations)
"""
TOLD = (Role.ADMIN, Role.EDITOR)
"""Who is told of what concerns their organisation; of what only its ADMINs can act upon, they alone."""


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to a thing, which is named by its GraphQL type and its id.

    `occasion` tells this time from others, such as the revision that the thing had reached.
    """

    kind: NotificationKind
    subject_type: str
    subject_id: UUID
    occasion: str

    @property
    def cause(self) -> str:
        """What nobody is told of twice."""
        return f"{self.kind}:{self.subject_id}:{self.occasion}"


async def tell_organisation(organisation: UUID, news: News) -> None:
    """Enqueue, inside the caller's transaction, that an organisation is told. `deliver` does the telling."""
    await log.enqueue(
        "notify",
        organisation=str(organisation),
        kind=news.kind.value,
        type=news.subject_type,
        id=str(news.subject_id),
        occasion=news.occasion,
    )


async def tell_person(person: UUID, news: News, *organisations: UUID) -> None:
    """Enqueue, inside the caller's transaction, that one person is told. `deliver` does the telling.

    `organisations` are those that it concerns.
    """
    await log.enqueue(
        "notify",
        person=str(person),
        concerned=" ".join(map(str, organisations)),
        kind=news.kind.value,
        type=news.subject_type,
        id=str(news.subject_id),
        occasion=news.occasion,
    )


async def deliver(job: Mapping[str, str]) -> None:
    """Do what a job «notify» asks for. Harmless when repeated."""
    news = News(NotificationKind(job["kind"]), job["type"], UUID(job["id"]), job["occasion"])
    if "person" in job:
        await _notify([UUID(job["person"])], news, [UUID(one) for one in job.get("concerned", "").split()])
    else:
        await notify_organisation(UUID(job["organisation"]), news)


async def notify_organisation(organisation: UUID, news: News) -> None:
    """Tell everyone whom it concerns in the organisation now. Who has been told of this cause is not told again."""
    told = (Role.ADMIN,) if news.kind in OF_ADMINISTRATION else TOLD
    members = await Membership.select(Membership.person).where(
        (Membership.organisation == organisation)
        & Membership.role.is_in(list(told))
        & Membership.person.erased_at.is_null()
    )
    await _notify([row["person"] for row in members], news, [organisation])


async def _notify(people: Sequence[UUID], news: News, concerned: Sequence[UUID]) -> None:
    inboxes = [
        Notification(
            audience=[person_key(person)],
            person=person,
            kind=news.kind,
            cause=news.cause,
            organisations=list(concerned),
            subject_type=news.subject_type,
            subject_id=news.subject_id,
        )
        for person in people
    ]
    if not inboxes:
        return
    async with transaction():
        await Notification.insert(*inboxes).on_conflict(
            target=(Notification.person, Notification.cause), action="DO NOTHING"
        )
        # Whoever belongs to several of those that are told has it once, as concerning each of them.
        for organisation in concerned:
            await Notification.raw(_CONCERNS_TOO, organisation, news.cause, list(people), organisation)


async def mark_notifications_read(viewer: Viewer, notifications: Sequence[UUID | None] | None = None) -> UUID:
    """Mark some of the viewer's own notifications as read, or all that they see; gives the viewer's id.

    What was read before keeps its time. Raises DomainError NOT_FOUND, and marks none, when one is not the viewer's.
    """
    person = viewer.require_scope(TokenScope.WRITE)
    unread = _seen_by(viewer) & Notification.read_at.is_null()
    async with transaction():
        if notifications is not None:
            mine = await _own(viewer, [row_id for row_id in notifications if row_id is not None])
            for place, row_id in enumerate(notifications):
                if row_id not in mine:
                    raise unknown("notification", "ids", str(place))
            if not mine:
                return person
            unread &= Notification.id.is_in(list(mine))
        await Notification.update({Notification.read_at: datetime.now(UTC)}).where(unread)
        await log.record(viewer, "mark_notifications_read", "Person", person)
    return person


async def _own(viewer: Viewer, wanted: Sequence[UUID]) -> set[UUID]:
    """Those of the notifications that are the viewer's to read."""
    if not wanted:
        return set()
    found = await Notification.select(Notification.id).where(_seen_by(viewer) & Notification.id.is_in(list(wanted)))
    return {row["id"] for row in found}


def _seen_by(viewer: Viewer) -> And | Where:
    """The viewer's own, by a sign-in for one organisation those that concern it."""
    own = Notification.person == viewer.require_person()
    return own & Notification.organisations.any(viewer.within) if viewer.within else own
