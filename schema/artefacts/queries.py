"""Reads of files."""

import strawberry

from schema.artefacts.types import Artefact
from schema.compiler.declare import by_id


@strawberry.type
class ArtefactQueries:
    """The part of Query that is about files."""

    artefact: Artefact | None = by_id("Artefact", "The file of a global id.")
