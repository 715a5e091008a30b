"""The seals of the log, and the addresses that its lines only commit to."""

from piccolo.columns import UUID, Array, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table


class LogSeal(Table, tablename="log_seal"):
    """A batch of the log, sealed. Append-only, like the log: the database refuses updates and deletes."""

    number = Integer(primary_key=True, default=None)
    after = BigInt(default=None, help_text="The last line of the batch before; 0 before the first.")
    last = BigInt(unique=True, default=None, help_text="The batch holds every line above `after` up to this one.")
    lines = Integer(default=None, help_text="How many lines that are; numbers of failed transactions are left out.")
    root = Bytea(default=None, help_text="The Merkle tree hash of the lines (RFC 9162).")
    previous = Bytea(unique=True, default=None, help_text="The hash of the seal before; 32 zero bytes for the first.")
    hash = Bytea(unique=True, default=None, help_text="SHA-256 of everything above and `sealed_at`.")
    sealed_at = Timestamptz(default=TimestamptzNow())


class LogAddress(Table, tablename="log_address"):
    """From where somebody signed in. It can be forgotten: the log holds `commitment` alone, which tells nothing."""

    commitment = Bytea(primary_key=True, default=None)
    salt = Bytea(default=None)
    address = Text()
    person = UUID(null=True, default=None)
    subject = UUID(default=None, help_text="What was signed in with, such as a token; the person where there is none.")
    audience = Array(base_column=Text(), default=list, help_text="The organisations in whose log it stands.")
    at = Timestamptz(default=TimestamptzNow())
