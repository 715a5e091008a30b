"""Who may read what, and the only road from an id that somebody gave to a row.

The rule, on every surface: a thing is readable iff its audience and the reader's keyring intersect. Here it stands as
Python for the domain's own checks; the read compiler writes the same rule into SQL, search into its filter.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeVar
from uuid import UUID

from piccolo.columns import Column, ForeignKey
from piccolo.columns.combination import WhereRaw
from piccolo.table import Table

from services.errors import DomainError, ErrorCode, Problem, refusal
from services.organisations.tables import Organisation
from services.organisations.terms import Role
from services.viewer import Viewer

Row = TypeVar("Row", bound=Table)

READ_WITH: Final[Mapping[str, tuple[str, ...]]] = {
    "case_version": ("case",),
    "comment": ("case", "test_round", "practice", "artefact"),
    "practice_version": ("practice",),
    "test_round": ("case",),
}
"""The tables whose rows are read only with a whole, and their keys to it. A test holds it against the types' rules."""


def readable(audience: Iterable[str], keyring: Iterable[str]) -> bool:
    """The rule."""
    return not set(audience).isdisjoint(keyring)


def within(part: Iterable[str], whole: Iterable[str]) -> bool:
    """Whether a part's readers are among its whole's: its keys are, or the whole is public."""
    whole = set(whole)
    return "public" in whole or set(part) <= whole


def unknown(what: str, *field: str) -> DomainError:
    """The refusal for what is not there, or is not the viewer's to see: both in the same words."""
    return refusal(ErrorCode.NOT_FOUND, f"There is no {what} with this id.", *field)


def unknown_slug(what: str, slug: str, *field: str) -> DomainError:
    """The refusal for a slug that nothing has, or nothing that the viewer may see: both in the same words."""
    return refusal(ErrorCode.NOT_FOUND, f"There is no {what} «{slug}».", *field)


async def access(table: type[Row], viewer: Viewer, row_id: UUID | None, what: str, *field: str) -> Row:
    """The row, if there is one and the viewer may read it, and what it is read with.

    Raises DomainError NOT_FOUND alike for an unknown id, one of another kind (None) and an unreadable row.
    """
    if row_id is None:
        raise unknown(what, *field)
    row = await table.objects().where(_id(table) == row_id).where(_may_read(table, viewer.keyring)).first()
    if row is None:
        raise unknown(what, *field)
    return row


async def access_for_change(table: type[Row], viewer: Viewer, row_id: UUID | None, what: str, *field: str) -> Row:
    """As `access`, and nobody else can change the row before the caller's transaction ends."""
    if row_id is None:
        raise unknown(what, *field)
    # What the viewer may not read is not locked either: to wait for it, or to write the lock, takes time that tells.
    allowed = _may_read(table, viewer.keyring)
    row = await table.objects().where(_id(table) == row_id).where(allowed).lock_rows("NO KEY UPDATE").first()
    if row is None or not readable(_audience(row), viewer.keyring):
        raise unknown(what, *field)
    # Only now: another's change of the readers may have been waited for.
    if _name(table) in READ_WITH:
        await access(table, viewer, row_id, what, *field)
    return row


async def readable_rows(table: type[Table], ids: Collection[UUID], keyring: Sequence[str]) -> frozenset[UUID]:
    """Those of the ids whose rows a keyring may read, and what they are read with. One statement."""
    if not ids:
        return frozenset()
    rows = await table.select(_id(table)).where(_id(table).is_in(list(ids))).where(_may_read(table, keyring))
    return frozenset(row["id"] for row in rows)


async def require_role(viewer: Viewer, organisation: UUID, least: Role, to: str) -> None:
    """Raise DomainError FORBIDDEN unless the viewer holds `least` in the organisation; `to` completes the sentence.

    The organisation's ADMINs can read in the log that somebody tried: ask only once the viewer could read the thing.
    """
    if not viewer.has_role(organisation, least):
        raise await role_refusal(least, to, organisation)


async def role_refusal(least: Role, to: str, organisation: UUID) -> DomainError:
    """The refusal, that concerns the organisation, for who lacks a role in it; `to` completes the sentence."""
    (found,) = await Organisation.select(Organisation.slug).where(Organisation.id == organisation)
    message = f"Only {_WHO[least]} of «{found['slug']}» may {to}. Ask its administrator for the role."
    return DomainError([Problem(ErrorCode.FORBIDDEN, message)], concerns=organisation)


def require_steward(viewer: Viewer, to: str) -> None:
    """Raise DomainError FORBIDDEN unless the viewer is a steward; `to` completes the sentence."""
    if not viewer.is_steward:
        raise refusal(ErrorCode.FORBIDDEN, f"Only a steward of this instance may {to}. Ask one to do it.")


_WHO = {
    Role.ADMIN: "an administrator",
    Role.EDITOR: "an editor or an administrator",
    Role.REVIEWER: "a reviewer, an editor or an administrator",
    Role.READER: "a member",
}


def check_revision(expected: int | None, actual: int) -> None:
    """Raise DomainError CONFLICT when the row has changed since the caller read it."""
    if expected is not None and expected != actual:
        raise refusal(
            ErrorCode.CONFLICT,
            f"Somebody changed this meanwhile: you started from {expected}, it is now at {actual}. Read it again.",
            "expectedVersion",
        )


def _may_read(table: type[Table], keyring: Sequence[str]) -> WhereRaw:
    """The rule for a row of a table and for the wholes that it is read with."""
    condition = _rule(table, _name(table))
    return WhereRaw(condition, *[list(keyring)] * condition.count("{}"))


@cache
def _rule(table: type[Table], row: str) -> str:
    conditions = [f'"{row}"."audience" && {{}}::text[]']
    for name in READ_WITH.get(_name(table), ()):
        key: Any = table._meta.get_column_by_name(name)  # noqa: SLF001 - Piccolo's reflection
        whole, alias = _whole(key), f"{row}_{name}"
        exists = f'select from "{_name(whole)}" "{alias}" where "{alias}"."id" = "{row}"."{name}"'
        conditions.append(f'("{row}"."{name}" is null or exists ({exists} and {_rule(whole, alias)}))')
    return " and ".join(conditions)


def _whole(key: ForeignKey[Any]) -> type[Table]:
    whole: type[Table] = key._foreign_key_meta.resolved_references  # noqa: SLF001 - Piccolo's reflection
    return whole


def _name(table: type[Table]) -> str:
    return table._meta.tablename  # noqa: SLF001 - Piccolo's reflection


def _id(table: type[Table]) -> Column:
    return table._meta.primary_key  # noqa: SLF001 - Piccolo's reflection


def _audience(row: Any) -> list[str]:
    audience: list[str] = row.audience
    return audience
