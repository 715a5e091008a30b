"""The organisations that have an interest in what is to be reviewed (rule 9)."""

from collections.abc import Mapping
from uuid import UUID

from services.reviews.tables import Review
from services.subjects import Thing

_SOURCES = (
    "from practice_version v join practice_source s on s.version = v.id left join test_round r on r.id = s.test_round"
    " where v.practice = (select id from given)"
)
_OWN: Mapping[str, str] = {
    "Case": "select null::uuid",
    "TestRound": "select organisation from test_round where id = (select id from given)",
    "Practice": (
        "select owner from practice where id = (select id from given)"  # noqa: S608 - our own names
        f" union select r.organisation {_SOURCES}"
    ),
}
"""Whose thing it is, and who ran the rounds that it rests on."""
_CASES: Mapping[str, str] = {
    "Case": "select id from given",
    "TestRound": 'select "case" from test_round where id = (select id from given)',
    "Practice": f'select coalesce(s."case", r."case") {_SOURCES}',
}
"""The cases that it is, belongs to or rests on."""


async def concerned(thing: Thing) -> set[UUID]:
    """Who owns the thing, ran its round, owns its case, or guided that in any version; a practice has many cases."""
    kind, row_id = thing
    rows = await Review.raw(
        "with given as (select {}::uuid as id),"  # noqa: S608 - our own names
        f" cases as ({_CASES[kind]}),"
        ' versions as (select id from case_version where "case" in (select * from cases))'
        f" select found.organisation from ({_OWN[kind]}"
        '  union select owner from "case" where id in (select * from cases)'
        "  union select organisation from participation"
        "   where role = 'FACILITATOR' and version in (select id from versions)"
        "  union select facilitator from method_use where version in (select id from versions)"
        " ) found(organisation) where found.organisation is not null",
        row_id,
    )
    return {row["organisation"] for row in rows}
