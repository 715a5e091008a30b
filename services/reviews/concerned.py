"""The organisations that have an interest in what is to be reviewed (rule 9).

A refusal tells whoever hears it that some organisation is among them, so each side is judged by what it may read
itself: who asks by their keys, the reviewer by all of theirs. A draft of somebody else's case says nothing to either,
whomever it names; once it is published, or the reviewer is let in, they are refused when they accept or submit. Owners,
and who ran a round, are no secret of any version. Both sides can read what is under review: whoever that names counts.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.reviews.tables import Review
from services.subjects import Thing

_SOURCES = (
    "from practice_version v join practice_source s on s.version = v.id left join test_round r on r.id = s.test_round"
    " where v.practice = (select id from given) and v.audience && (select keys from given)"
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


async def concerned(thing: Thing, keyring: Sequence[str]) -> set[UUID]:
    """Who owns the thing, ran its round, owns its case, or guided that in any version that a keyring may read.

    A practice has many cases: those of its own versions that the keyring may read.
    """
    kind, row_id = thing
    rows = await Review.raw(
        "with given as (select {}::uuid as id, {}::text[] as keys),"  # noqa: S608 - our own names
        f" cases(id) as ({_CASES[kind]}),"
        " versions as ("
        '  select v.id from "case" c join case_version v on v."case" = c.id, given'
        "  where c.id in (select id from cases) and c.audience && given.keys and v.audience && given.keys"
        " )"
        f" select found.organisation from ({_OWN[kind]}"
        '  union select owner from "case" where id in (select id from cases)'
        "  union select organisation from participation"
        "   where role = 'FACILITATOR' and version in (select id from versions)"
        "  union select facilitator from method_use where version in (select id from versions)"
        " ) found(organisation) where found.organisation is not null",
        row_id,
        list(keyring),
    )
    return {row["organisation"] for row in rows}
