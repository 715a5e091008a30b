"""The usual comment in one statement: for all who may read the current version, answering nobody.

Of all writes this one is made most. What is not so simple, or is refused, goes through `add_comment`'s transaction,
which says why.
"""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from services.audiences import KEYRING_OF
from services.ids import new_id
from services.languages import LanguageCode
from services.subjects import KINDS, VERSIONS, Thing
from services.transaction import at_once
from services.viewer import Viewer, person_key

_INSERT = """
    with subject as ({subject}),
    organisation as (select {keyring} as keys),
    widest as (
        select version, case when 'public' = any(audience) then whole else audience end as keys,
            -- What everybody reads needs no look at what the organisation holds.
            case when 'public' = any(whole) and 'public' = any(audience) then true
                else whole && (select keys from organisation) and audience && (select keys from organisation)
            end as is_known
        from subject where kept is null
    ),
    readers as (
        select version, is_known, array(
            select key from unnest(keys) with ordinality as all_of_them(key, place)
            where key not like all (array['person:%', 'admitted:%', 'review:%']) or key = $4 order by place
        ) as keys from widest
    ),
    made as (
        insert into comment
            (id, audience, "{column}", subject_version, author, organisation, body, language,
             anchor_quote, anchor_prefix, anchor_suffix)
        select $5::uuid, case when cardinality(keys) = 0 then array[$4] else keys end, $1::uuid, version, $6::uuid,
            $7::uuid, $8::text, $9::text, $10::text, $11::text, $12::text
        from readers
        returning id, "{column}" as subject, subject_version, author, organisation
    )
    insert into log (person, organisation, action, subject_type, subject_id, detail)
    select author, organisation, 'add_comment', 'Comment', id,
        case when is_known
            then jsonb_build_object('subject_type', '{kind}', 'subject_id', subject, 'version', subject_version)
            else '{{}}'
        end
    from made, readers
    returning subject_id
"""
_STATEMENTS: Mapping[str, str] = {
    name: _INSERT.format(
        subject=VERSIONS[name].format("$1", "$2", "$3"),
        keyring=KEYRING_OF.replace("ORGANISATION", "$7"),
        column=kind.column,
        kind=name,
    )
    for name, kind in KINDS.items()
}


class Words(NamedTuple):
    """What a comment says, and the passage that it speaks of."""

    body: str
    language: LanguageCode | None
    quote: str | None
    prefix: str | None
    suffix: str | None


async def add_at_once(viewer: Viewer, thing: Thing, organisation: UUID, words: Words) -> UUID | None:
    """The comment's id; None where the viewer may not read the subject, there is none, or it is kept as it is."""
    kind, subject = thing
    author = viewer.require_person()
    whose = person_key(author), new_id(), author, organisation
    made: UUID | None = await at_once(_STATEMENTS[kind], subject, None, list(viewer.keyring), *whose, *words)
    return made
