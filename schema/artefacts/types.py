"""Files as GraphQL shows them: `Artefact` is the file through time, `ArtefactVersion` one upload of it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.artefacts.terms import ArtefactKind, ScanState, UploadState
from schema.cases.types import Case
from schema.comments.lists import comments_by
from schema.compiler.declare import column, declare, declared, expression, many, one, text
from schema.compiler.run import Context
from schema.compiler.sources import One, OneOf, Resolved, Rule, sql_of
from schema.events.types import Event
from schema.inside import inside
from schema.organisations.types import Organisation
from schema.practices.types import Practice
from schema.scalars import ByteCount
from schema.shared import Connection, LocalisedText, Node
from schema.test_rounds.types import TestRound
from services.artefacts import tables as t
from services.artefacts.artefacts import download_link
from services.comments.tables import Comment as CommentRow

if TYPE_CHECKING:
    from schema.comments.types import Comment

ArtefactSubject = Annotated[
    Case | Event | Practice | TestRound,
    strawberry.union("ArtefactSubject", description="What a file can belong to."),
]

_INSIDE = inside("{artefact}.organisation")
"""Whether the viewer acts for the organisation that answers for the file."""


def _is_shown(version: str) -> str:
    """Whether the viewer is shown a version of the file: others see neither what is unfinished nor what is withheld."""
    return f"({_INSIDE} or {version}.state = 'STORED' and {version}.withheld_at is null)"


async def _download_url(context: Context, **version: str) -> str | None:
    return await download_link(context.ports.files, **version)


@declare(
    t.ArtefactVersion,
    Rule.JOINED,
    joins={t.Artefact: f"{{artefact}}.id = {{artefact_version}}.artefact and {_is_shown('{artefact_version}')}"},
)
@strawberry.type(
    description="One upload of a file. Whoever may read the file may read it, once it has been verified and unless it"
    " is withheld; the file's organisation may at any time."
)
class ArtefactVersion(Node):
    """A version: what was announced, and whether that is what arrived."""

    number: int | None = column(
        t.ArtefactVersion.number,
        "Its number, from 1, in the order in which they were verified; null until then. One that was withheld and has"
        " been replaced is missing.",
    )
    file_name: str = column(t.ArtefactVersion.file_name, "The name it is saved under.")
    media_type: str = column(t.ArtefactVersion.media_type, "Its media type, such as `application/pdf`.")
    size: ByteCount = column(t.ArtefactVersion.size, "How large it is.")
    sha256: str = column(t.ArtefactVersion.sha256, "SHA-256 of its bytes, 64 lower-case hexadecimal digits.")
    state: UploadState = column(t.ArtefactVersion.state, "Whether its bytes have arrived and were verified.")
    scan_state: ScanState = column(t.ArtefactVersion.scan_state, "What the malware scan said.")
    download_url: str | None = declared(
        Resolved(
            {
                name: f"{{artefact_version}}.{name}"
                for name in ("state", "scan_state", "storage_key", "file_name", "media_type")
            },
            _download_url,
        ),
        "A link to its bytes that works for some minutes, for whoever holds it; null unless it is stored, and null if"
        " malware was found.",
    )
    created_at: datetime = column(t.ArtefactVersion.created_at, "When it was announced.")
    stored_at: datetime | None = column(t.ArtefactVersion.stored_at, "When it was verified.")
    withheld_at: datetime | None = column(
        t.ArtefactVersion.withheld_at,
        "Since when it is withheld, because it shows or quotes a participant who left: nobody outside the file's"
        " organisation is shown it, and nobody finds the file by its text. The next version that is verified takes its"
        " place, and this one is deleted.",
    )


_LATEST = f"""(
    select max(latest.number) from artefact_version latest
    where latest.artefact = {{artefact}}.id and latest.state = 'STORED' and {_is_shown("latest")}
)"""  # noqa: S608 - composed of our own names


@declare(t.Artefact, Rule.AUDIENCE)
@strawberry.type(
    description="A file of a case, a round, a practice or an event. Read by its audience, which lies within that of"
    " what it belongs to; until a first upload has been verified, by its organisation."
)
class Artefact(Node):
    """A file."""

    title: LocalisedText = text(t.Artefact.title, "Its title.")
    kind: ArtefactKind = column(t.Artefact.kind, "What it is to its readers.")
    licence: str | None = column(t.Artefact.licence, "SPDX identifier of its licence.")
    participant: str | None = expression(
        f"case when {_INSIDE} then {sql_of(t.Artefact.participant)} end",
        "The pseudonym of the participant whom it shows; with them it goes. Null outside the file's organisation.",
    )
    organisation: Organisation = one(t.Artefact.organisation, "The organisation that answers for it.")
    subject: ArtefactSubject | None = declared(
        OneOf(
            {
                "Case": '{target}.id = {artefact}."case"',
                "TestRound": "{target}.id = {artefact}.test_round",
                "Practice": "{target}.id = {artefact}.practice",
                "Event": "{target}.id = {artefact}.event",
            }
        ),
        "What it belongs to.",
    )
    current_version: ArtefactVersion | None = declared(
        One(f"{{target}}.artefact = {{artefact}}.id and {{target}}.number = {_LATEST}"),
        "The latest version that was verified, of those that the viewer is shown; null where there is none.",
    )
    versions: list[ArtefactVersion] = many(
        t.ArtefactVersion.artefact,
        "Its verified versions, oldest first, without those that are withheld; for its organisation all of them.",
        order="{target}.number, {target}.created_at",
    )
    revision: int | None = expression(
        f"case when {_INSIDE} then {{artefact}}.revision end",
        "Rises with every change, and with every upload that is begun; give it back as `expectedVersion`. Null outside"
        " the organisation that answers for it.",
    )
    created_at: datetime = column(t.Artefact.created_at, "When it was announced.")
    comments: Connection[Annotated["Comment", strawberry.lazy("schema.comments.types")]] = comments_by(
        CommentRow.artefact, "What was said of it, the oldest first."
    )
