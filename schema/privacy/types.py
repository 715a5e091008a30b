"""A person's export of their own data, and the receipt of an erasure, as GraphQL shows them."""

from datetime import datetime

import strawberry

from schema.compiler.declare import column, declare, declared
from schema.compiler.run import Context
from schema.compiler.sources import Resolved, Rule
from schema.scalars import ByteCount
from services.privacy.data_exports import download_link, may_fetch
from services.privacy.namesakes import NOT_TIED
from services.privacy.receipts import Receipt
from services.privacy.tables import DataExport as Row


async def _download_url(context: Context, **export: str) -> str | None:
    if not await may_fetch(context.viewer):
        return None
    return await download_link(context.ports.files, **export)


@declare(Row, Rule.PART)
@strawberry.type(
    description="A file with everything that Serra holds about its owner, who alone sees that it exists. It is made"
    " within minutes and kept for some days."
)
class DataExport:
    """An export."""

    asked_at: datetime = column(Row.asked_at, "When it was asked for.")
    ready_at: datetime | None = column(Row.ready_at, "When it was made; null while it is in the making.")
    size: ByteCount | None = column(Row.size, "How large it is; null while it is in the making.")
    sha256: str | None = column(Row.sha256, "SHA-256 of its bytes, 64 lower-case hexadecimal digits.")
    download_url: str | None = declared(
        Resolved({"export": "{data_export}.id", "ready_at": "{data_export}.ready_at"}, _download_url),
        "A link to its bytes, JSON, that works for some minutes, for whoever holds it; null while it is in the making,"
        " and for a sign-in for one organisation of somebody who belongs to others as well, has left one by such a"
        " sign-in within 30 days, has reviewed or commented for another, or is its guest.",
    )


@strawberry.type(description="How many rows of one kind an erasure changed.")
class ErasedCount:
    """A number of rows."""

    what: str = strawberry.field(description="The table, and the column by which the rows named the person.")
    count: int = strawberry.field(description="How many they were.")


@strawberry.type(description="What is left of an erasure. It holds no name; the log keeps it too.")
class ErasureReceipt:
    """A receipt."""

    erased_at: datetime = strawberry.field(description="When.")
    counts: list[ErasedCount] = strawberry.field(description="What was deleted, emptied or unlinked.")
    sha256: str = strawberry.field(description="The hash of all that, by which a copy can be held against the log.")
    text: str = strawberry.field(
        description="The receipt as one line of JSON. Keep it: whoever runs Serra can verify it with"
        " `serra check-receipt`."
    )
    not_tied: str = strawberry.field(
        description="What was left alone though it may bear your name or address, for that does not prove it to be"
        " yours, and whom to ask."
    )


def receipt_of(receipt: Receipt) -> ErasureReceipt:
    """The GraphQL form; instants travel as text, as they do from the database."""
    return ErasureReceipt(
        erased_at=receipt.erased_at.isoformat(),  # type: ignore[arg-type]  # scalars pass unchanged
        counts=[ErasedCount(what=what, count=count) for what, count in sorted(receipt.counts.items())],
        sha256=receipt.sha256,
        text=receipt.as_text(),
        not_tied=NOT_TIED,
    )
