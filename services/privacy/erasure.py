"""Erasing a person keeps the network's knowledge (rule 15): their name goes, their organisation's contribution stays.

The row of the person stays as a tombstone without a name, so that what the log says of an id still means somebody, of
whom nothing is known any more. docs/decisions/018 says why, table by table.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from piccolo.table import Table

from services import log
from services.access import unknown
from services.artefacts.tables import ArtefactVersion
from services.columns import has_happened
from services.comments.tables import Comment
from services.errors import ErrorCode, refusal, refuse_if
from services.identity.lately import has_cut_a_sign_in, was_connected
from services.organisations.keyrings import keyring_change
from services.organisations.locks import lock_organisations, lock_people
from services.organisations.members import LEFT_LATELY, belongs_elsewhere, check_has_left_nowhere
from services.organisations.tables import Membership, Organisation, Person
from services.organisations.terms import Role, TokenScope
from services.privacy.data_exports import drop_export
from services.privacy.holdings import HOLDINGS, Erasure, Holding
from services.privacy.namesakes import Taken, chosen, matches, take
from services.privacy.receipts import ACTION, ErasedBy, Receipt
from services.privacy.rules import check_confirmed, check_hands_over, check_is_they, without_name
from services.reviews.tables import Review
from services.search.things import SEARCHABLE
from services.viewer import ANYONE, Viewer, person_key, steward_key

_OWN_WORDS: Final[tuple[tuple[type[Table], str, str], ...]] = (
    (Comment, "author", "body"),
    (Review, "reviewer", "body"),
    (ArtefactVersion, "uploaded_by", "file_name"),
)
"""Where somebody writes in their own name: table, who, text."""

_ONLY_THEIRS: Final = "delete from comment where author = {} and audience = array[{}]::text[] returning id"
"""What nobody else could ever read is nobody's knowledge."""

_PERSONAL: Final = """
    update review set
        conflict_of_interest = null,
        declined_reason = null,
        status = case when status in ('REQUESTED', 'ACCEPTED') then 'DECLINED' else status end
    where reviewer = {} returning id
"""
"""What a reviewer declared of themselves is theirs, not the network's; a review that is still open has nobody now."""

_KEY_COLUMNS: Final = """
    select c.table_name, c.column_name from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' and c.udt_name = '_text'
        and has_column_privilege(format('%I.%I', c.table_schema, c.table_name), c.column_name, 'update')
    order by 1, 2
"""
"""Lists of texts, of which any may hold keys: asked of the catalogue, so that a new table is not forgotten. Rows
that may not be changed, such as seals, are left to the register."""

_ADMINS: Final = """
    select m.organisation, m.role, o.slug, (
        select count(*) from membership a join person p on p.id = a.person
        where a.organisation = m.organisation and a.role = 'ADMIN' and p.erased_at is null
    ) as admins
    from membership m join organisation o on o.id = m.organisation where m.person = {}
"""

_SIGN_INS: Final = """
    select organisation.slug from external_identity identity
    join identity_provider provider
        on provider.organisation = identity.organisation and provider.issuer = identity.issuer
    join membership on membership.organisation = identity.organisation and membership.person = identity.person
    join organisation on organisation.id = identity.organisation
    where identity.person = {} and identity.kind = 'PERSON' and provider.is_enabled order by 1
"""
"""Where somebody belongs and can sign in. Of nobody else's provider is anything asked, so that none can refuse it."""

_TYPES: Final = {noun.table._meta.tablename: type_name for type_name, noun in SEARCHABLE.items()}  # noqa: SLF001 - Piccolo's reflection


async def erase_me(viewer: Viewer, confirm: str) -> Receipt:
    """Erase the viewer, who confirms by their name, and goes with what is tied to their id and nothing else.

    Raises DomainError, also for an organisation's last ADMIN, and where it may be somebody else who asks.
    """
    person = viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        found = await _locked(person)
        refuse_if(check_confirmed(confirm, found.name))
        await _check_is_all(viewer)
        sign_ins = [row["slug"] for row in await Person.raw(_SIGN_INS, person)]
        refuse_if(check_is_they(viewer, sign_ins, datetime.now(UTC)))
        await _check_ways_in(viewer)
        await check_can_be_erased(person)
        return await _erase(viewer, found, ErasedBy.SELF, Taken())


async def erase_person(person: UUID, also: Sequence[str] = ()) -> Receipt:
    """Erase somebody at the command line, and `also` what bears their name or address, by the names of the matches.

    Raises DomainError, also for an organisation's last ADMIN, and for a match that there is not.
    """
    async with keyring_change():
        await check_can_be_erased(person)
        taken = await take(person, [match.of for match in chosen(await matches(person), also)])
        found = await _locked(person)
        await check_can_be_erased(person)  # again: until now somebody else could lay down their role
        return await _erase(ANYONE, found, ErasedBy.OPERATOR, taken)


async def check_can_be_erased(person: UUID) -> Person:
    """The person, whom nothing keeps from being erased. Raises DomainError: not there, erased, or a last ADMIN."""
    found = _there(await Person.objects().where(Person.id == person).first())
    rows = await Membership.raw(_ADMINS, person)
    refuse_if(
        check_hands_over(
            {row["organisation"]: Role(row["role"]) for row in rows},
            {row["organisation"]: row["admins"] for row in rows},
            {row["organisation"]: row["slug"] for row in rows},
        )
    )
    return found


async def erase_anew(receipts: Iterable[Receipt]) -> list[Receipt]:
    """Repeat erasures after a backup from before them was restored; gives the receipts of those that had come back.

    Also of an organisation's last ADMIN: the organisation had been handed over, only the backup does not know.
    """
    again = []
    for receipt in receipts:
        async with keyring_change():
            there = (Person.id == receipt.person) & Person.erased_at.is_null()
            if await Person.exists().where(there):
                taken = await take(receipt.person, receipt.also)
                again.append(await _erase(ANYONE, await _locked(receipt.person), ErasedBy.REPLAY, taken))
    return again


async def forget_links(person: UUID) -> Counter[str]:
    """Delete and unlink what the register names of a person, in the caller's transaction; the numbers, by column.

    Harmless when repeated: a request that was under way while its author was erased may leave something.
    """
    counts: Counter[str] = Counter()
    for holding in HOLDINGS:
        if holding.erasure is not Erasure.KEEP:
            counts[f"{holding.table}.{holding.column}"] = await _forget(holding, person)
    counts.update(await _take_keys(person))
    return counts


# -- steps ---------------------------------------------------------------------------------------------------------


async def _check_is_all(viewer: Viewer) -> None:
    """Raise DomainError FORBIDDEN where one organisation's provider would erase somebody whom others know, too."""
    if await belongs_elsewhere(viewer):
        raise refusal(
            ErrorCode.FORBIDDEN,
            "You are signed in for one organisation, and belong to others as well. Leave those first, or ask whoever"
            " runs this instance.",
        )
    await check_has_left_nowhere(viewer)


async def _check_ways_in(viewer: Viewer) -> None:
    """Raise DomainError FORBIDDEN where whoever stole a token may have opened a way to sign in, or closed one."""
    if await was_connected(viewer):
        what = "You had the provider that signed you in know who you are,"
    elif await has_cut_a_sign_in(viewer):
        what = "You left an organisation where you could sign in, or switched its provider off or changed it,"
    else:
        return
    raise refusal(
        ErrorCode.FORBIDDEN,
        f"{what} less than {LEFT_LATELY.days} days ago. Wait that long, or ask whoever runs this instance: so nobody"
        " who stole a token of yours does both.",
    )


async def _locked(person: UUID) -> Person:
    """The person, whom nobody else can change, nor the roles in their organisations, before the transaction ends.

    Others may go on to point at them, which is for `forget_links` to undo later: to keep them from it would be to wait
    for whoever holds a comment and waits for us.
    """
    held = [row["organisation"] for row in await Membership.select(Membership.organisation).where(_of(person))]
    if held:
        await lock_organisations(Organisation.id.is_in(held))
    await lock_people(persons=[person])
    found = _there(await Person.objects().where(Person.id == person).first())
    if await Membership.exists().where(_of(person) & Membership.organisation.not_in(held) if held else _of(person)):
        raise refusal(ErrorCode.CONFLICT, "Roles were given to this person meanwhile. Try again.")
    return found


def _there(found: Person | None) -> Person:
    if found is None:
        raise unknown("person", "person")
    if has_happened(found.erased_at):
        told = f"This person was erased on {found.erased_at:%F}. `serra erasures` prints the receipt."
        raise refusal(ErrorCode.WRONG_STATE, told, "person")
    return found


async def _erase(viewer: Viewer, found: Person, by: ErasedBy, taken: Taken) -> Receipt:
    counts = Counter(taken.counts)
    counts["comment.audience"] = len(await Comment.raw(_ONLY_THEIRS, found.id, person_key(found.id)))
    for table, author, text in _OWN_WORDS:
        counts[f"{table._meta.tablename}.{text}"] = await _unsign(table, author, text, found)  # noqa: SLF001 - Piccolo's reflection
    counts["review.conflict_of_interest"] = len(await Review.raw(_PERSONAL, found.id))
    counts["data_export.person"] = await drop_export(found.id)
    counts.update(await forget_links(found.id))
    now = datetime.now(UTC)
    await Person.update(name="", email=None, is_steward=False, audience=[], erased_at=now).where(Person.id == found.id)
    counts["person.id"] = 1
    receipt = Receipt(found.id, now, by, {name: count for name, count in counts.items() if count}, taken.of)
    await log.record(viewer, ACTION, "Person", found.id, detail={**receipt.said, "sha256": receipt.sha256})
    return receipt


async def _unsign(table: type[Table], author: str, text: str, found: Person) -> int:
    """Take somebody's name and address out of what they wrote themselves."""
    by: Any = table._meta.get_column_by_name(author)  # noqa: SLF001 - Piccolo's reflection
    words: Any = table._meta.get_column_by_name(text)  # noqa: SLF001
    key: Any = table._meta.primary_key  # noqa: SLF001
    changed = 0
    for row in await table.select(key, words).where((by == found.id) & words.is_not_null()):
        unsigned = without_name(row[text], found.name, found.email)
        if unsigned != row[text]:
            await table.update({words: unsigned}).where(key == row["id"])
            changed += 1
    return changed


async def _forget(holding: Holding, person: UUID) -> int:
    change = (
        f'delete from "{holding.table}" t using person where'  # noqa: S608 - our own names
        if holding.erasure is Erasure.DELETE
        else f'update "{holding.table}" t set "{holding.column}" = null from person where'  # noqa: S608
    )
    statement = f"with gone as ({change} person.id = {{}} and ({holding.condition}) returning 1)"
    (counted,) = await Person.raw(f"{statement} select count(*) as n from gone", person)  # noqa: S608
    count: int = counted["n"]
    return count


async def _take_keys(person: UUID) -> Counter[str]:
    """Take the person's own keys out of every audience, and have what is searched indexed anew."""
    counts: Counter[str] = Counter()
    keys = [person_key(person), steward_key(person)]
    for row in await Person.raw(_KEY_COLUMNS):
        table, column = row["table_name"], row["column_name"]
        changed = await Person.raw(
            f'update "{table}" t set "{column}" = array_remove(array_remove(t."{column}", {{}}), {{}})'  # noqa: S608 - names of the catalogue
            f" where t.\"{column}\" && {{}}::text[] returning to_jsonb(t) ->> 'id' as id",
            *keys,
            keys,
        )
        counts[f"{table}.{column}"] = len(changed)
        if table in _TYPES:
            for one in changed:
                await log.enqueue("index", type=_TYPES[table], id=one["id"])
    return counts


def _of(person: UUID) -> Any:
    return Membership.person == person
