"""What of a publication only those see who may read its drafts."""

from typing import Any

from schema.compiler.declare import expression
from services.life_cycle import CLOSED

_REACHED = ", ".join(f"'{status}'" for status in sorted(CLOSED))


def revision_of(publication: str, *reads_all: str) -> Any:
    """The `revision` of a case or a practice, which rises with every change of a draft too.

    It is for those of whom one of the conditions `reads_all` holds, for they read all drafts, and for whoever may read
    one that is there, as the guest of a review. For everyone else it is null, whether there is a draft or not: that is
    not theirs to know.
    """
    # One row is looked up for each that is shown: the limit keeps PostgreSQL from gathering all drafts there are.
    draft = (
        f'select true from {publication}_version draft where draft."{publication}" = {{{publication}}}.id'  # noqa: S608 - our own names
        f" and (draft.status not in ({_REACHED}) or draft.embargo_until is not null)"
        " and case when draft.audience && (select {keyring}::text[]) then true end limit 1"
    )
    whoever = " or ".join(reads_all)
    return expression(
        f"case when {whoever} then {{{publication}}}.revision when ({draft}) then {{{publication}}}.revision end",
        "Rises with every change, of a draft too; give it back as `expectedVersion`. Null for whoever may not read its"
        " drafts, whether there is one or not.",
    )
