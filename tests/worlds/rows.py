"""A world as the rows of tables."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.ids import new_id
from services.organisations.tokens import secret_hash
from tests.worlds.model import (
    KINDS,
    Artefact,
    Case,
    Comment,
    Keys,
    Person,
    Round,
    Version,
    Whole,
    World,
    lent,
    own,
    standing,
)

Row = Mapping[str, Any]
LATE = timedelta(days=1)
HERE = "127.0.0.1"


def _text(*words: str) -> dict[str, Any]:
    return {"source": "en", "en": {"text": " ".join(words), "language": "en", "method": "SOURCE"}}


def tables(world: World) -> dict[str, list[Row]]:
    """The rows of each table, in an order in which their keys find what they point at."""
    return {
        "organisation": [
            {"id": id_, "slug": slug, "names": _text("Body"), "kind": "AGENCY", "level": "NATIONAL", "country": "BE"}
            for id_, slug in world.organisations.items()
        ],
        **_people(world),
        **_cases(world),
        **_parts(world),
        **_log(world),
    }


def _people(world: World) -> dict[str, list[Row]]:
    soon, people = world.now + LATE, world.people
    return {
        "network": [
            {"id": one.id, "slug": one.slug, "names": _text(world.word, one.token), "audience": [f"network:{one.id}"]}
            for one in world.networks
        ],
        "network_member": [
            {"id": new_id(), "network": one.id, "organisation": body, "role": "MEMBER"}
            for one in world.networks
            for body in one.members
        ],
        "person": [{"id": one.id, "name": "Somebody", "audience": [f"person:{one.id}"]} for one in people],
        "membership": [
            {"id": new_id(), "person": one.id, "organisation": body, "role": _role(one, body), "since": world.now}
            for one in people
            for body in one.organisations
        ],
        # Used a moment ago from where the tests ask, like sessions below, so that asking notes no sign-in.
        "personal_token": [
            {
                "id": new_id(),
                "person": one.id,
                "label": "test",
                "secret_hash": secret_hash(one.secret),
                "scopes": ["READ", "REVIEW", "WRITE"],
                "created_at": world.now,
                "expires_at": soon,
                "last_used_at": world.now,
                "last_used_from": HERE,
            }
            for one in people
        ],
        "session": [
            {
                "id": one.id,
                "person": one.person.id,
                "organisation": one.organisation,
                "secret_hash": secret_hash(one.secret),
                "identity": new_id(),
                "created_at": world.now,
                "last_used_at": world.now,
                "expires_at": soon,
            }
            for one in world.sessions
        ],
        "log_address": [
            {"commitment": one.id.bytes, "salt": b"", "address": HERE, "subject": one.id, "at": world.now}
            for one in world.sessions
        ],
    }


def _role(person: Person, organisation: UUID) -> str:
    return "ADMIN" if organisation in person.administers else "EDITOR"


def _is_out(version: Version) -> bool:
    return version.is_published and version.embargo is None


def _status(case: Case, version: Version) -> str:
    if not version.is_published:
        return "DRAFT"
    return "SUPERSEDED" if version.number < standing(case.versions) else "PUBLISHED"


def _readers(case: Case, version: Version) -> Keys:
    """Whom a version has reached before any embargo has ended."""
    guests = lent(case) if version.number in case.shown else frozenset()
    return own(case) | guests | (version.readers if _is_out(version) else frozenset())


def _cases(world: World) -> dict[str, list[Row]]:
    versions = [(case, one) for case in world.cases for one in case.versions]
    return {
        "case": [
            {
                "id": one.id,
                "slug": one.slug,
                "kind": one.kind,
                "owner": one.owner,
                "current_number": standing(one.versions),
                "audience": _readers(one, one.versions[standing(one.versions) - 1]),
            }
            for one in world.cases
        ],
        "case_version": [
            {
                "id": one.id,
                "case": case.id,
                "number": one.number,
                "status": _status(case, one),
                "audience": _readers(case, one),
                "release_audience": own(case) | one.readers,
                "embargo_until": one.embargo,
                "title": _text(world.word, one.token),
                "published_at": world.now,
            }
            for case, one in versions
        ],
        "outcome": [
            {
                "id": one.outcome.id,
                "position": 0,
                "version": one.id,
                "kind": "OBSERVED",
                "indicator": _text(world.word, one.outcome.token),
                "audience": one.outcome.narrowed or _readers(case, one),
            }
            for case, one in versions
        ],
        "admission": [
            {
                "id": one.id,
                "case": case.id,
                "until": one.until,
                "person": one.holder if one.holder not in world.organisations else None,
                "organisation": one.holder if one.holder in world.organisations else None,
                "audience": [f"organisation:{case.owner}"],
            }
            for case in world.cases
            for one in case.admissions
        ],
        "review": [
            {
                "id": one.id,
                "case": case.id,
                "subject_version": case.versions[-1].number,
                "reviewer": one.reviewer.id,
                "organisation": one.organisation,
                "requested_by": case.owner,
                "status": "REQUESTED" if one.is_open else "DECLINED",
                "due_on": f"{world.now + LATE:%F}",
                "is_guest": True,
                "lent_until": one.until,
                "audience": [f"organisation:{case.owner}", f"person:{one.reviewer.id}"],
            }
            for case in world.cases
            for one in case.reviews
        ],
    }


def _parts(world: World) -> dict[str, list[Row]]:
    return {
        "test_round": [
            {
                "id": one.id,
                "case": one.case.id,
                "organisation": one.organisation,
                "number": one.number,
                "problem": _text(world.word, one.token),
                "hypothesis": _text("Shorter"),
                "audience": one.readers,
            }
            for one in world.rounds
        ],
        "artefact": [
            {
                "id": one.id,
                **_whole(one.whole),
                "organisation": one.organisation,
                "title": _text(world.word, one.token),
                "kind": "REPORT",
                "narrowed_to": one.narrowed,
                "audience": [f"organisation:{one.organisation}"],
            }
            for one in world.artefacts
        ],
        "artefact_version": [
            {
                "id": one.version,
                "artefact": one.id,
                "number": 1,
                "file_name": f"{one.token}.txt",
                "media_type": "text/plain",
                "size": 1,
                "sha256": "0" * 64,
                "storage_key": f"artefacts/{one.version.hex}",
                "state": "STORED" if one.is_stored else "AWAITED",
                "scan_state": "INFECTED" if one.is_infected else "CLEAN",
                "text": f"{world.word} {one.token}",
            }
            for one in world.artefacts
        ],
        "comment": [comment(world, one) for one in world.comments],
    }


def comment(world: World, one: Comment) -> Row:
    """The row of a comment."""
    return {
        "id": one.id,
        **_whole(one.whole),
        "artefact": one.whole.id if isinstance(one.whole, Artefact) else None,
        "subject_version": 1,
        "author": one.author.id,
        "organisation": one.organisation,
        "reply_to": one.answers,
        "body": f"{world.word} {one.token}",
        "audience": one.readers,
    }


def line(action: str, kind: str, id_: UUID, organisation: UUID | None = None, **detail: str) -> Row:
    """The row of a line of the log."""
    return {"action": action, "subject_type": kind, "subject_id": id_, "organisation": organisation, "detail": detail}


def said(one: Comment) -> Row:
    """The line of the log that tells of a comment, and of what it speaks."""
    spoken_of = {"subject_type": KINDS[type(one.whole)], "subject_id": str(one.whole.id)}
    return line("add_comment", "Comment", one.id, one.organisation, **spoken_of)


def _log(world: World) -> dict[str, list[Row]]:
    return {
        "log": [
            *(line("create_case", "Case", one.id, one.owner) for one in world.cases),
            *(line("plan_test_round", "TestRound", one.id, one.organisation) for one in world.rounds),
            *(line("start_upload", "Artefact", one.id, one.organisation) for one in world.artefacts),
            *(said(one) for one in world.comments),
        ]
    }


def _whole(whole: Whole) -> dict[str, UUID | None]:
    return {
        "case": whole.id if isinstance(whole, Case) else None,
        "test_round": whole.id if isinstance(whole, Round) else None,
    }
