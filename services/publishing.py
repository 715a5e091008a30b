"""How cases and practices are published: the life cycle that they share, and the verbs along it.

Each verb runs in one transaction, appends to the log, and gives the id of the publication.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from piccolo.columns import Column, ForeignKey
from piccolo.table import Table

from services import idempotency, log
from services.access import access_for_change, check_revision, require_role, unknown
from services.audiences import Audience, keys
from services.cases.terms import PublicationStatus as Status
from services.errors import DomainError, ErrorCode, Problem, refusal, refuse_if
from services.ids import new_id
from services.life_cycle import CLOSED, check_embargo, check_going_on, check_step, check_writable
from services.organisations.organisations import organisation_named
from services.organisations.terms import Role, TokenScope
from services.publications import Edition, Publication
from services.slugs import check_slug
from services.text import TEXT_LIMIT, check_length, check_prose, clean
from services.transaction import transaction
from services.viewer import ANYONE, Viewer, lent, organisation_key

W = TypeVar("W", bound=Publication)
V = TypeVar("V", bound=Edition)


def check_note(note: str) -> str:
    """A reviewer's note, cleaned. Raises DomainError when there is nothing in it, or too much."""
    cleaned = clean(note)
    if not cleaned:
        raise refusal(ErrorCode.REQUIRED, "Say what should change.", "note")
    refuse_if([*check_prose(cleaned, "note"), *check_length(cleaned, TEXT_LIMIT, "note")])
    return cleaned


class New(Protocol):
    """What every publication is begun with; `owner` is an organisation's slug."""

    @property
    def slug(self) -> str:
        """Its permanent name in addresses."""

    @property
    def owner(self) -> str:
        """Who answers for it."""

    @property
    def audience(self) -> Audience | None:
        """Who may read it once it is published; None: its owner's organisation."""


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A version's text, ready to be stored: its own columns, and its parts table by table, references backwards."""

    columns: Mapping[str, Any]
    parts: Sequence[Sequence[Table]]


Write = Callable[[UUID, list[str]], Awaitable[Manuscript]]
"""Makes the manuscript of the version of an id, whose parts are to have an audience. Raises DomainError."""


@dataclass(frozen=True, slots=True)
class Publishing(Generic[W, V]):
    """What is particular to one kind of publication, and the verbs on it.

    `of` is the column by which a version names its whole; `parts` are the tables of a version's parts, in an order in
    which they may be emptied. `problems` finds what keeps a version from being published, and `released` passes the
    readers that a version has got on to those of its parts that have readers of their own. `always` gives the keys that
    every audience of one has beside its owner's, and `lets_edit` says whom besides the owner's editors it lets edit it.
    """

    whole: type[W]
    version: type[V]
    of: ForeignKey[Any]
    parts: tuple[type[Table], ...]
    problems: Callable[[W, V], Awaitable[Iterable[Problem]]]
    released: Callable[[V], Awaitable[None]]
    always: Callable[[UUID], tuple[str, ...]]
    lets_edit: Callable[[Viewer, W], Awaitable[bool]]

    @property
    def noun(self) -> str:
        """The kind in lower case, as sentences and actions of the log name it."""
        return self.whole.__name__.lower()

    async def draft(
        self, viewer: Viewer, new: New, write: Write, *, idempotency_key: str | None, **columns: Any
    ) -> UUID:
        """Begin one; only its owner's organisation sees the draft. `columns` are the whole's own."""
        viewer.require_scope(TokenScope.WRITE)
        action = f"draft_{self.noun}"
        async with transaction():
            owner = await organisation_named(new.owner, "owner")
            await require_role(viewer, owner.id, Role.EDITOR, f"write its {self.noun}s")
            claim = await idempotency.claim(viewer, action, idempotency_key, new)
            if claim.made:
                return claim.id
            check_slug(new.slug, "slug")
            own = self._own(claim.id, owner.id)
            release = await self._readers(viewer, new.audience or Audience(), claim.id, owner.id)
            whole = self.whole(id=claim.id, slug=new.slug, owner=owner.id, audience=own, **columns)
            made = await self.whole.insert(whole).on_conflict(target=self.whole.slug, action="DO NOTHING")
            if not made:
                raise refusal(ErrorCode.ALREADY_EXISTS, f"The slug «{new.slug}» is taken; choose another.", "slug")
            await self._open(self._blank(viewer, claim.id, 1, own, release), write)
            await log.record(viewer, action, self.whole.__name__, claim.id, organisation=owner.id)
        return claim.id

    async def edit(
        self, viewer: Viewer, row_id: UUID | None, write: Write, *, audience: Audience | None, expected: int | None
    ) -> UUID:
        """Replace the text of the open version; after publication this opens the next one."""
        viewer.require_scope(TokenScope.WRITE)
        async with transaction():
            whole = await access_for_change(self.whole, viewer, row_id, self.noun, "id")
            if not await self.lets_edit(viewer, whole):
                await require_role(viewer, whole.owner, Role.EDITOR, f"change its {self.noun}s")
            if audience is not None:
                await require_role(viewer, whole.owner, Role.EDITOR, f"say who may read its {self.noun}s")
            check_revision(expected, whole.revision)
            latest = await self._latest(whole.id)
            await self._check_current(whole)
            release = (
                await self._readers(viewer, audience, whole.id, whole.owner) if audience else latest.release_audience
            )
            if latest.status in CLOSED:
                own = self._own(whole.id, whole.owner)
                await self._open(self._blank(viewer, whole.id, latest.number + 1, own, release), write)
            else:
                check_writable(Status[latest.status])
                await self._rewrite(latest, release, write)
            await self._changed(viewer, whole, f"edit_{self.noun}")
        return whole.id

    async def step(
        self,
        viewer: Viewer,
        row_id: UUID | None,
        wanted: Status,
        action: str,
        *,
        expected: int | None,
        note: str | None = None,
    ) -> UUID:
        """Move the open version on to another state."""
        viewer.require_scope(TokenScope.WRITE)
        async with transaction():
            whole = await self._editable(viewer, row_id, expected, f"decide on its {self.noun}s")
            await self._check_current(whole)
            version = await self._latest(whole.id)
            await self._set(version, wanted, note)
            await self._changed(viewer, whole, action, number=version.number)
        return whole.id

    async def archive(self, viewer: Viewer, row_id: UUID | None, *, expected: int | None) -> UUID:
        """Mark the version at the permanent address as no longer current; it stays there, and all else as it is."""
        viewer.require_scope(TokenScope.WRITE)
        async with transaction():
            whole = await self._editable(viewer, row_id, expected, f"decide on its {self.noun}s")
            version = await self._numbered(whole.id, whole.current_number)
            await self._set(version, Status.ARCHIVED, None)
            await self._changed(viewer, whole, f"archive_{self.noun}", number=version.number)
        return whole.id

    async def unarchive(self, viewer: Viewer, row_id: UUID | None, *, expected: int | None) -> UUID:
        """Take `archive` back. An embargo that has ended meanwhile is over."""
        viewer.require_scope(TokenScope.WRITE)
        async with transaction():
            whole = await self._editable(viewer, row_id, expected, f"decide on its {self.noun}s")
            version = await self._numbered(whole.id, whole.current_number)
            if version.status != Status.ARCHIVED:
                raise refusal(ErrorCode.WRONG_STATE, f"It is {version.status}, and not archived.")
            await self._set(version, Status.PUBLISHED, None)
            await self._changed(viewer, whole, f"unarchive_{self.noun}", number=version.number)
            await self._end_embargoes(whole)
        return whole.id

    async def share(self, viewer: Viewer, row_id: UUID | None, audience: Audience, *, expected: int | None) -> UUID:
        """Say who may read what is published, from now on, and what will be.

        Superseded versions keep the readers they had, of those who may still read the publication.
        """
        viewer.require_scope(TokenScope.WRITE)
        async with transaction():
            whole = await self._editable(viewer, row_id, expected, f"say who may read its {self.noun}s")
            readers = await self._readers(viewer, audience, whole.id, whole.owner)
            await self.version.update({self.version.release_audience: readers}).where(
                (self.of == whole.id) & (self.version.number >= whole.current_number)
            )
            reached = self.version.status.is_in(list(CLOSED)) & self.version.embargo_until.is_null()
            current = (self.of == whole.id) & (self.version.number == whole.current_number)
            version = await self.version.objects().where(current & reached).first()
            if version is not None:
                await self._give(whole, version, readers)
            await self._changed(viewer, whole, f"share_{self.noun}")
        return whole.id

    async def publish(
        self, viewer: Viewer, row_id: UUID | None, *, embargo_until: datetime | None, expected: int | None
    ) -> UUID:
        """Publish the open version to its audience, at once or when the embargo ends (rule 2).

        Raises DomainError with every unmet condition.
        """
        viewer.require_scope(TokenScope.WRITE)
        async with transaction():
            whole = await self._editable(viewer, row_id, expected, f"publish its {self.noun}s")
            await self._check_current(whole)
            version = await self._latest(whole.id)
            check_step(Status[version.status], Status.PUBLISHED)
            now = datetime.now(UTC)
            refuse_if([*await self.problems(whole, version), *check_embargo(embargo_until, now)])
            await self.version.update(
                {
                    self.version.status: Status.PUBLISHED,
                    self.version.published_at: now,
                    self.version.embargo_until: embargo_until,
                }
            ).where(self.version.id == version.id)
            if embargo_until:
                await self._release_at(whole.id, embargo_until)
            else:
                await self._release(whole, version, now)
            await self._changed(viewer, whole, f"publish_{self.noun}", number=version.number)
        return whole.id

    async def release(self, row_id: UUID) -> None:
        """Give each published version whose embargo has ended its audience. Harmless when repeated.

        For one that still waits, as when this machine's clock is behind, the release is enqueued again; for what is
        archived, when it is current again.
        """
        async with transaction():
            whole = await self.whole.objects().where(self.whole.id == row_id).lock_rows("NO KEY UPDATE").first()
            if whole is not None and not await self._is_archived(whole):
                await self._end_embargoes(whole)

    async def _end_embargoes(self, whole: W) -> None:
        now = datetime.now(UTC)
        waiting = (
            await self.version.objects()
            .where((self.of == whole.id) & (self.version.status == Status.PUBLISHED))
            .where(self.version.embargo_until.is_not_null())
            .order_by(self.version.number)
        )
        due = [version for version in waiting if version.embargo_until <= now]
        for version in due:
            await self._release(whole, version, now)
            await self._changed(ANYONE, whole, f"release_{self.noun}", number=version.number)
        later = [version.embargo_until for version in waiting if version.embargo_until > now]
        if later:
            await self._release_at(whole.id, min(later))

    # -- rows ------------------------------------------------------------------------------------------------------

    async def _is_archived(self, whole: W) -> bool:
        return (await self._numbered(whole.id, whole.current_number)).status == Status.ARCHIVED

    async def _check_current(self, whole: W) -> None:
        """Raise DomainError WRONG_STATE for what is archived: it is kept as it is."""
        if await self._is_archived(whole):
            check_going_on(Status.ARCHIVED)

    async def _editable(self, viewer: Viewer, row_id: UUID | None, expected: int | None, to: str) -> W:
        whole = await access_for_change(self.whole, viewer, row_id, self.noun, "id")
        await require_role(viewer, whole.owner, Role.EDITOR, to)
        check_revision(expected, whole.revision)
        return whole

    async def _latest(self, whole_id: UUID) -> V:
        versions = self.version.objects().where(self.of == whole_id)
        found = await versions.order_by(self.version.number, ascending=False).first()
        if found is None:
            raise unknown(self.noun, "id")
        return found

    async def _numbered(self, whole_id: UUID, number: int) -> V:
        found = await self.version.objects().where((self.of == whole_id) & (self.version.number == number)).first()
        if found is None:
            raise unknown(self.noun, "id")
        return found

    async def _set(self, version: V, wanted: Status, note: str | None) -> None:
        check_step(Status[version.status], wanted)
        await self.version.update({self.version.status: wanted, self.version.review_note: note}).where(
            self.version.id == version.id
        )

    async def _changed(self, viewer: Viewer, whole: W, action: str, **detail: object) -> None:
        await self.whole.update(
            {self.whole.revision: self.whole.revision + 1, self.whole.updated_at: datetime.now(UTC)}
        ).where(self.whole.id == whole.id)
        await log.record(viewer, action, self.whole.__name__, whole.id, organisation=whole.owner, detail=detail)

    async def _release_at(self, whole_id: UUID, at: datetime | None) -> None:
        await log.enqueue("release", at=at, type=self.whole.__name__, id=str(whole_id))

    async def _release(self, whole: W, version: V, now: datetime) -> None:
        """Make the version the current one and give it, its parts and the whole their readers.

        Only earlier versions are superseded: a later one may be waiting for the end of its own embargo.
        """
        audience = version.release_audience
        await self.version.update({self.version.status: Status.SUPERSEDED}).where(
            (self.of == whole.id) & (self.version.status == Status.PUBLISHED) & (self.version.number < version.number)
        )
        await self.version.update({self.version.embargo_until: None}).where(self.version.id == version.id)
        await self.whole.update(
            {
                self.whole.current_number: version.number,
                self.whole.listed_at: now if version.number == 1 else whole.listed_at,
            }
        ).where(self.whole.id == whole.id)
        await self._give(whole, version, audience)

    async def _give(self, whole: W, version: V, audience: list[str]) -> None:
        """Give the current version, its parts and the whole their readers. Whom reviews let in stay until they end."""
        version.audience = [*audience, *dict.fromkeys(lent([*version.audience, *whole.audience]))]
        await self.version.update({self.version.audience: version.audience}).where(self.version.id == version.id)
        await self.released(version)
        await self.whole.update({self.whole.audience: version.audience}).where(self.whole.id == whole.id)

    def _own(self, whole_id: UUID, owner: UUID) -> list[str]:
        """The readers of what is not published."""
        return [organisation_key(owner), *self.always(whole_id)]

    async def _readers(self, viewer: Viewer, audience: Audience, whole_id: UUID, owner: UUID) -> list[str]:
        """The readers of what is published to an audience."""
        chosen = replace(audience, admitted=False) if self.always(whole_id) else audience
        return [*await keys(viewer, chosen, owner, "audience"), *self.always(whole_id)]

    # -- versions --------------------------------------------------------------------------------------------------

    def _blank(self, viewer: Viewer, whole_id: UUID, number: int, own: list[str], release: list[str]) -> V:
        whole: dict[str, Any] = {self.of._meta.name: whole_id}  # noqa: SLF001 - Piccolo's reflection
        return self.version(
            id=new_id(),
            number=number,
            audience=own,
            release_audience=release,
            created_by=viewer.person,
            created_at=datetime.now(UTC),
            **whole,
        )

    async def _open(self, version: V, write: Write) -> None:
        manuscript = await _written(write, version.id, version.audience)
        for column, value in manuscript.columns.items():
            setattr(version, column, value)
        await self.version.insert(version)
        await _insert(manuscript.parts)

    async def _rewrite(self, version: V, release: list[str], write: Write) -> None:
        # For its readers of before: a review may have let one of them in.
        manuscript = await _written(write, version.id, version.audience)
        for table in self.parts:
            part: Any = table  # every part names its version; Piccolo has no type that says so
            await part.delete().where(part.version == version.id)
        status = Status.DRAFT if version.status == Status.WITHDRAWN else version.status
        changed: dict[Column | str, Any] = {"release_audience": release, "status": status}
        changed.update(manuscript.columns)
        await self.version.update(changed).where(self.version.id == version.id)
        await _insert(manuscript.parts)


async def _written(write: Write, version: UUID, audience: list[str]) -> Manuscript:
    """The manuscript; what is wrong with it is told by its place in the input, which holds the text as `content`."""
    try:
        return await write(version, audience)
    except DomainError as error:
        raise DomainError(replace(problem, field=("content", *problem.field)) for problem in error.problems) from None


async def _insert(parts: Sequence[Sequence[Table]]) -> None:
    for batch in parts:
        if batch:
            await type(batch[0]).insert(*batch)
