"""Lines of the log as GraphQL shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.compiler.declare import column, declare, declared, expression
from schema.compiler.sources import Embedded, One, Rule
from services.log import LogEntry

if TYPE_CHECKING:
    from schema.organisations.types import Organisation, Person

_SUBJECT = """
    case when {log_entry}.subject_type <> 'Nobody' then
        lower(regexp_replace({log_entry}.subject_type, '(?<!^)([A-Z])', '_\\1', 'g'))
        || '_' || replace({log_entry}.subject_id::text, '-', '')
    end
"""
_DETAILS = """
    (
        select coalesce(jsonb_agg(jsonb_build_object('name', one.key, 'value', one.value) order by one.key), '[]')
        from jsonb_each_text({log_entry}.detail) one where one.key <> 'address'
    )
"""
_ADDRESS = """
    (
        select kept.address from log_address kept
        where kept.commitment = decode({log_entry}.detail ->> 'address', 'hex')
    )
"""
_SEALED = "(select min(seal.number) from log_seal seal where seal.last >= {log_entry}.id)"


@declare(None, Rule.PART)
@strawberry.type(description="Something more that a line of the log says.")
class LogDetail:
    """A name and a value."""

    name: str = expression("{value} ->> 'name'", "What it is, such as `role` or `times`.")
    value: str | None = expression("{value} ->> 'value'", "What it was; lists as JSON.")


@declare(LogEntry, Rule.PART)
@strawberry.type(description="A line of the log: somebody did something, once. It is never changed.")
class LogLine:
    """A line."""

    id: strawberry.ID = expression("'log_line_' || {log_entry}.id", "Its id; `node` does not find lines.")
    at: datetime = column(LogEntry.at, "When it was done.")
    actor: Annotated["Person", strawberry.lazy("schema.organisations.types")] | None = declared(
        One("{target}.id = {log_entry}.person"),
        "Who did it; null where it was the service itself, somebody unknown, or somebody whom the viewer may not read."
        " Names are not in the log: this is the name they have now, and none once they were erased.",
    )
    organisation: Annotated["Organisation", strawberry.lazy("schema.organisations.types")] | None = declared(
        One("{target}.id = {log_entry}.organisation"), "The organisation that it concerns."
    )
    action: str = column(
        LogEntry.action, "What was done: `publish_case`, `change_role`, `sign_in`, `refuse_sign_in`, `deny` …"
    )
    subject_type: str = column(
        LogEntry.subject_type, "The type of what it was done to: `Case`, `Person` …; `Nobody` where it is not known."
    )
    subject_id: strawberry.ID | None = expression(
        _SUBJECT, "The global id of what it was done to, which may be gone, or not the viewer's to read, by now."
    )
    details: list[LogDetail] = declared(Embedded(_DETAILS, many=True), "What else it says, by name.")
    address: str | None = expression(
        _ADDRESS, "From where, of a sign-in: an IPv4 address or an IPv6 network. It is forgotten after 90 days."
    )
    sealed: int | None = expression(
        _SEALED, "The number of the batch that it is sealed in; null for the minute or so until it is."
    )
