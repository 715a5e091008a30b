"""Trusted documents: registered when the service starts, and asked for by their SHA-256."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from infra.http.documents import Document
from infra.http.refusal import Refused
from infra.settings import SettingsError

_ID = re.compile(r"sha256:[0-9a-f]{64}")
_PREFIX = "sha256:"
_SETTING = "SERRA_TRUSTED_DOCUMENTS"


def document_id(text: str) -> str:
    """The id of a document: `sha256:` and the 64 lower-case hexadecimal digits of its text's hash."""
    return _PREFIX + hashlib.sha256(text.encode()).hexdigest()


def trusted_documents(path: Path | None, read: Callable[[str], Document]) -> dict[str, Document]:
    """The documents of a folder (*.graphql, also in its folders) or of a JSON manifest (id → text), by their ids.

    Raises SettingsError where one is not valid, exceeds a limit or does not have the id that it is given.
    """
    if path is None:
        return {}
    found: dict[str, Document] = {}
    problems: list[str] = []
    for where, given, text in _texts(path):
        document = read(text)
        problems += [f"{where}: {error.message}" for error in document.errors]
        if given is not None and _PREFIX + given.removeprefix(_PREFIX) != document_id(text):
            problems.append(f"{where}: the text's id is {document_id(text)}.")
        found[document_id(text)] = document
    if problems:
        raise SettingsError("\n".join(f"{_SETTING}: {line}" for line in problems))
    return found


def _texts(path: Path) -> Iterator[tuple[str, str | None, str]]:
    """Where each text stands, the id that it is given there, and the text."""
    try:
        if path.is_dir():
            for file in sorted(path.rglob("*.graphql")):
                yield str(file), None, file.read_bytes().decode()
            return
        manifest = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise SettingsError(
            f"{_SETTING}: {path} is neither a folder of .graphql files nor a JSON object from ids to documents:"
            f" {error}."
        ) from None
    for given, text in manifest.items():
        yield f"{path}: {given}", given, text


def find_trusted(trusted: Mapping[str, Document], given: str) -> Document:
    """The registered document of an id. Raises Refused."""
    found = trusted.get(given)
    if found is not None:
        return found
    if not _ID.fullmatch(given):
        raise Refused(
            400, "BAD_REQUEST", "A `documentId` is `sha256:` and the 64 lower-case hexadecimal digits of a SHA-256."
        )
    raise Refused(
        404, "DOCUMENT_NOT_FOUND", "No document is registered with this id. Register it, or send its text as `query`."
    )
