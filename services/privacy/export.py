"""Everything that Serra holds about a person, gathered."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from services.access import unknown
from services.errors import ErrorCode, refusal
from services.organisations.tables import Organisation, Person
from services.privacy.holdings import HOLDINGS, Holding
from services.privacy.namesakes import NOT_TIED, chosen, matches
from services.text import as_line
from services.transaction import transaction

FORMAT: Final = "serra-person-export/1"
_ORGANISATIONS: Final = ("organisation", "requested_by")
"""Columns that name an organisation, which the export's key explains."""
_ID_DIGITS: Final = 32
_OF_ADDRESS: Final = """
    select p.id, p.name, (
        select string_agg(m.role || ' of ' || o.slug, ', ' order by o.slug)
        from membership m join organisation o on o.id = m.organisation where m.person = p.id
    ) as roles
    from person p where lower(p.email) = lower({}) order by p.id
"""
_WHERE_IDS_ARE: Final = "the id that ADMINs see at their organisation's members (`person { id }`)"


async def find_person(named: str) -> UUID:
    """The person of an e-mail address, an id or a global id, erased ones by their id too.

    Raises DomainError: nobody; neither address nor id; or several of one address, whom it tells apart.
    """
    row_id = _read_id(named)
    if row_id is not None:
        if not await Person.exists().where(Person.id == row_id):
            raise unknown("person", "person")
        return row_id
    if "@" not in named:
        raise refusal(
            ErrorCode.INVALID, f"«{named}» is neither an e-mail address nor an id. Give {_WHERE_IDS_ARE}.", "person"
        )
    found = await Person.raw(_OF_ADDRESS, named.strip())
    if not found:
        raise refusal(
            ErrorCode.NOT_FOUND,
            f"Nobody here has the address «{named}»; Serra does not have everybody's. Give {_WHERE_IDS_ARE}.",
            "person",
        )
    if len(found) > 1:
        told = [f"  {as_line(row['name'])}, {row['roles'] or 'in no organisation'}, id {row['id']}" for row in found]
        lines = "\n".join(["Several people have this address. Name one by id:", *told])
        raise refusal(ErrorCode.INVALID, lines, "person")
    person: UUID = found[0]["id"]
    return person


async def gather(person: UUID, also: Sequence[str] = ()) -> dict[str, Any]:
    """What is held about a person, section by section, each with what it is in plain words, ready for JSON.

    Of what others wrote nothing is in it, and of organisations no more than how they are called; `also` are the names
    of matches that whoever runs Serra takes to be theirs. Raises DomainError for a match that there is not.
    """
    async with transaction():
        await Person.raw("set transaction isolation level repeatable read, read only")
        sections = {holding.section: await _section(holding, person) for holding in HOLDINGS}
        taken = chosen(await matches(person), also) if also else []
        return {
            "format": FORMAT,
            "made_at": datetime.now(UTC).isoformat(),
            "person": str(person),
            "organisations": await _organisations(sections),
            "sections": sections,
            "not_tied_to_you": NOT_TIED,
            **({"named_by_the_operator": {match.name: match.rows for match in taken}} if taken else {}),
        }


def as_text(gathered: Mapping[str, Any]) -> str:
    """The file that is handed out."""
    return json.dumps(gathered, ensure_ascii=False, indent=2) + "\n"


async def count_held(holding: Holding, person: UUID) -> int:
    """How many rows of a line of the register are about a person."""
    (counted,) = await Person.raw(f"select count(*) as n {_rows(holding)}", person)
    count: int = counted["n"]
    return count


async def _section(holding: Holding, person: UUID) -> dict[str, Any]:
    if not holding.shows:
        return {"about": holding.says, "count": await count_held(holding, person)}
    shown = ", ".join(f"'{name}', t.\"{name}\"" for name in holding.shows)
    rows = await Person.raw(
        f'select jsonb_build_object({shown})::text as row {_rows(holding)} order by t."{holding.order}"',
        person,
    )
    told = [json.loads(row["row"]) for row in rows]
    return {"about": holding.says, "count": len(told), "rows": told}


def _rows(holding: Holding) -> str:
    return f'from "{holding.table}" t, person where person.id = {{}} and ({holding.condition})'


async def _organisations(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """From the ids of the organisations that are named to their slugs; their profiles are everyone's to read."""
    named = {
        UUID(row[column])
        for section in sections.values()
        for row in section.get("rows", ())
        for column in _ORGANISATIONS
        if row.get(column)
    }
    if not named:
        return {}
    rows = await Organisation.select(Organisation.id, Organisation.slug).where(Organisation.id.is_in(list(named)))
    return {str(row["id"]): row["slug"] for row in sorted(rows, key=lambda row: str(row["slug"]))}


def _read_id(named: str) -> UUID | None:
    digits = named.strip().removeprefix("person_").replace("-", "")
    try:
        return UUID(digits) if len(digits) == _ID_DIGITS else None
    except ValueError:
        return None
