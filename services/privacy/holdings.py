"""The register of everything that Serra holds about a person: a line for each column that names one.

An export shows what stands here, and an erasure does what stands here. A test holds the register against the
database's own catalogue, so a new table that points at people is covered by a line or the suite fails.

Every line finds rows by the person's id alone. A name or an address, which anybody may choose, proves nothing: what
bears one is for whoever has seen who asks, in services/privacy/namesakes.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Erasure(Enum):
    """What becomes of a row when the person is erased."""

    DELETE = "The row goes."
    UNLINK = "The row stays, and no longer says who."
    KEEP = "The row stays: it knows the person by an id that leads nowhere any more."


@dataclass(frozen=True, slots=True)
class Holding:
    """A column that names a person, in plain words for them, and the columns of the row that are theirs to see.

    `where` finds the rows `t` of a person where the column is not simply their id. They come in the order of the column
    `order`; without `shows` only their number is told.
    """

    section: str
    says: str
    table: str
    column: str
    erasure: Erasure
    shows: tuple[str, ...] = ()
    where: str = ""
    order: str = "id"

    @property
    def condition(self) -> str:
        """The SQL condition on the row `t` and the row `person`."""
        return self.where or f't."{self.column}" = person.id'


_SUBJECT: Final = ("case", "test_round", "practice")

HOLDINGS: Final = (
    Holding(
        "profile",
        "Who you are to Serra.",
        "person",
        "id",
        Erasure.KEEP,
        ("id", "name", "email", "is_steward", "created_at", "erased_at"),
    ),
    Holding(
        "memberships",
        "Your roles in organisations, as they are now. Earlier ones are in «said_of_you».",
        "membership",
        "person",
        Erasure.DELETE,
        ("organisation", "role", "since"),
    ),
    Holding(
        "tokens",
        "Your personal tokens, without their secrets, which Serra does not know.",
        "personal_token",
        "person",
        Erasure.DELETE,
        (
            *("id", "label", "scopes", "organisation", "created_at", "expires_at"),
            *("last_used_at", "last_used_from", "revoked_at"),
        ),
    ),
    Holding(
        "provider_accounts",
        "Your accounts at organisations' identity providers by which you sign in.",
        "external_identity",
        "person",
        Erasure.DELETE,
        ("id", "organisation", "issuer", "subject", "kind", "created_at", "last_used_at", "removed_at"),
    ),
    Holding(
        "sessions",
        "Browsers in which you signed in, without their secrets, which Serra does not know.",
        "session",
        "person",
        Erasure.DELETE,
        ("id", "organisation", "created_at", "last_used_at", "expires_at", "revoked_at"),
    ),
    Holding(
        "invited",
        "Organisations that ask you to become a member.",
        "invitation",
        "person",
        Erasure.DELETE,
        ("organisation", "role", "created_at", "expires_at"),
    ),
    Holding(
        "invited_by_you",
        "Invitations that you made and nobody has used.",
        "invitation",
        "invited_by",
        Erasure.UNLINK,
        ("organisation", "role", "created_at", "expires_at"),
    ),
    Holding(
        "admissions",
        "Cases that you were let into, and until when.",
        "admission",
        "person",
        Erasure.DELETE,
        ("case", "until", "created_at"),
    ),
    Holding(
        "access_requests",
        "What you asked to read, and what you were answered.",
        "access_request",
        "person",
        Erasure.DELETE,
        ("id", "organisation", "asked", "message", "created_at", "answer", "answered_at", "reason"),
    ),
    Holding(
        "idempotency_keys",
        "How many keys are kept that make sure a repeated request of yours does nothing twice.",
        "idempotency_key",
        "person",
        Erasure.DELETE,
    ),
    Holding(
        "notifications",
        "What you were told of.",
        "notification",
        "person",
        Erasure.DELETE,
        ("id", "created_at", "kind", "organisations", "subject_type", "subject_id", "read_at"),
    ),
    Holding(
        "comments",
        "What you said of cases, rounds, practices and files. What others answered is theirs, and not here.",
        "comment",
        "author",
        Erasure.UNLINK,
        (
            *("id", *_SUBJECT, "artefact", "subject_version", "reply_to", "organisation", "body", "language"),
            *("anchor_quote", "anchor_prefix", "anchor_suffix"),
            *("created_at", "edited_at", "resolved_at", "deleted_at", "hidden_at"),
        ),
    ),
    Holding(
        "threads_settled",
        "Comments that you marked as settled.",
        "comment",
        "resolved_by",
        Erasure.UNLINK,
        ("id", "resolved_at"),
    ),
    Holding(
        "reviews",
        "Reviews that you were asked for, with the conflicts of interest that you declared.",
        "review",
        "reviewer",
        Erasure.UNLINK,
        (
            *("id", *_SUBJECT, "subject_version", "organisation", "requested_by", "status"),
            *("due_on", "is_guest", "lent_until"),
            *("conflict_of_interest", "declined_reason", "body", "language", "recommendation"),
            *("created_at", "updated_at", "submitted_at"),
        ),
    ),
    Holding(
        "case_versions",
        "Versions of cases that you began.",
        "case_version",
        "created_by",
        Erasure.UNLINK,
        ("id", "case", "number", "created_at"),
    ),
    Holding(
        "practice_versions",
        "Versions of practices that you began.",
        "practice_version",
        "created_by",
        Erasure.UNLINK,
        ("id", "practice", "number", "created_at"),
    ),
    Holding(
        "uploads",
        "Files that you announced.",
        "artefact_version",
        "uploaded_by",
        Erasure.UNLINK,
        (
            "artefact",
            "number",
            "file_name",
            "media_type",
            "size",
            "sha256",
            "state",
            "created_at",
            "stored_at",
            "withheld_at",
        ),
    ),
    Holding(
        "adoptions",
        "Adoptions that you recorded for an organisation.",
        "adoption",
        "id",
        Erasure.KEEP,
        ("id", "organisation", "practice", "case", "mode", "created_at"),
        where="exists (select from log entry where entry.person = person.id and entry.action = 'record_adoption'"
        " and entry.subject_type = 'Adoption' and entry.subject_id = t.id)",
    ),
    Holding(
        "data_exports",
        "The export that you asked for last.",
        "data_export",
        "person",
        Erasure.DELETE,
        ("asked_at", "ready_at", "size", "sha256"),
    ),
    Holding(
        "signed_in_from",
        "From where you signed in or out, or somebody with a token of yours tried to, in the last 90 days.",
        "log_address",
        "person",
        Erasure.DELETE,
        ("at", "address"),
        order="at",
    ),
    Holding(
        "done_by_you",
        "The lines of the log that you caused: what you did, for which organisation, and when.",
        "log",
        "person",
        Erasure.KEEP,
        ("id", "at", "organisation", "action", "subject_type", "subject_id", "detail"),
    ),
    Holding(
        "said_of_you",
        "The lines of the log that others caused and that are about you, such as roles that you were given.",
        "log",
        "subject_id",
        Erasure.KEEP,
        ("id", "at", "organisation", "action", "subject_type", "subject_id", "detail"),
        where="t.person is distinct from person.id and (t.subject_type = 'Person' and t.subject_id = person.id"
        " or t.detail ->> 'person' = person.id::text)",
    ),
)
"""In the order of an export."""

WITHHELD: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("audience",),
    "membership": ("id",),
    "invitation": ("id", "secret_hash", "email"),
    "admission": ("id", "audience", "organisation"),
    "access_request": ("case",),
    "personal_token": ("secret_hash",),
    "session": ("secret_hash", "identity"),
    "idempotency_key": ("id", "key", "action", "input_hash", "subject_id", "created_at"),
    "notification": ("audience", "cause"),
    "comment": ("audience", "revision"),
    "review": ("audience", "listed_at", "revision"),
    "case_version": (
        *("audience", "release_audience", "embargo_until", "published_at", "status", "review_note"),
        *("title", "summary", "challenge", "context", "languages", "licence", "start", "end"),
        *("source_title", "source_publisher", "source_published_on", "source_url"),
    ),
    "practice_version": (
        *("audience", "release_audience", "embargo_until", "published_at", "status", "review_note"),
        *("title", "summary", "fits_when", "does_not_fit_when", "steps", "resources"),
    ),
    "artefact_version": ("id", "storage_key", "scan_state", "text"),
    "data_export": ("id",),
    "log_address": ("commitment", "salt", "subject", "audience"),
}
"""Columns of these tables that an export leaves out: secrets, other people, and what is an organisation's to show."""
