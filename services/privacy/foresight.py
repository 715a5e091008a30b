"""What erasing somebody would do, found out before anything is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.organisations.tables import Membership, Person
from services.organisations.terms import Role
from services.privacy.erasure import check_can_be_erased
from services.privacy.export import count_held
from services.privacy.holdings import HOLDINGS, Erasure, Holding
from services.privacy.namesakes import Match, chosen, matches
from services.transaction import transaction
from services.viewer import person_key

_NOTES = "select count(*) as n from comment where author = {} and audience = array[{}]::text[]"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Whom it concerns, their roles by organisation's slug, and how many rows of each section of the register.

    `goes` is deleted, `unlinked` stays without them, `kept` knows them by an id that leads nowhere any more.
    `notes` are comments that only they can read; these go too, and are not among the unlinked. `taken` bear their name
    or address and go as well, as was asked; `left` bear it too, and stay.
    """

    person: UUID
    name: str
    email: str | None
    is_steward: bool
    roles: Mapping[str, Role]
    goes: Mapping[str, int]
    unlinked: Mapping[str, int]
    kept: Mapping[str, int]
    notes: int
    taken: Sequence[Match]
    left: Sequence[Match]


async def foresee(person: UUID, also: Sequence[str] = ()) -> Foreseen:
    """What `erase_person` would do. Raises DomainError as it would."""
    async with transaction():
        await Person.raw("set transaction isolation level repeatable read, read only")
        found = await check_can_be_erased(person)
        counts = {holding: await count_held(holding, person) for holding in HOLDINGS}
        (notes,) = await Person.raw(_NOTES, person, person_key(person))
        roles = await _roles(person)
        found_too = await matches(person)
        taken = chosen(found_too, also)
    unlinked = _of(counts, Erasure.UNLINK)
    unlinked["comments"] = unlinked.get("comments", 0) - notes["n"]
    return Foreseen(
        person=person,
        name=found.name,
        email=found.email,
        is_steward=found.is_steward,
        roles=roles,
        goes=_of(counts, Erasure.DELETE),
        unlinked={section: count for section, count in unlinked.items() if count},
        kept=_of(counts, Erasure.KEEP),
        notes=notes["n"],
        taken=taken,
        left=[match for match in found_too if match not in taken],
    )


def _of(counts: Mapping[Holding, int], erasure: Erasure) -> dict[str, int]:
    return {holding.section: count for holding, count in counts.items() if count and holding.erasure is erasure}


async def _roles(person: UUID) -> dict[str, Role]:
    slug = Membership.organisation.slug
    rows = await Membership.select(slug.as_alias("slug"), Membership.role).where(Membership.person == person)
    return {row["slug"]: Role(row["role"]) for row in sorted(rows, key=lambda row: str(row["slug"]))}
