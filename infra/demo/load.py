"""Loads the demo as anybody would: its bundles through the public API, its people through the public mutations.

What it leaves behind in the data folder is `demo.json`, for its owner alone: where the service is, a token for each
person of the demo, and the fingerprint of what was loaded. While that fingerprint fits, a start loads nothing.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import httpx

from infra.bundles.read import read_bundle
from infra.bundles.remote import Refused, Remote, connect, key_of
from infra.bundles.send import Report, import_bundles
from infra.embedded.folder import write_private
from schema.compiler import ids
from services.organisations.people import add_steward, sign_in
from services.organisations.rules import LONGEST_LIFE
from services.organisations.terms import Role, TokenScope
from services.organisations.tokens import NewToken, issue_token_for

FILES = tuple(sorted(Path(__file__).parent.glob("*.yaml")))
ADMIN = "admin"
_KEPT = "demo.json"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to try Serra as: a member of one organisation, in one role."""

    name: str
    organisation: str
    role: Role


PEOPLE: Mapping[str, DemoPerson] = {
    "lab_editor": DemoPerson("Demo lab editor", "arbetsformedlingen", Role.EDITOR),
    "municipality_reader": DemoPerson("Demo municipality reader", "sample-municipality-nord", Role.EDITOR),
    "peer_reviewer": DemoPerson("Demo peer reviewer", "sample-review-institute", Role.REVIEWER),
    "outsider": DemoPerson("Demo outsider", "sample-outsider-agency", Role.EDITOR),
}
"""Beside them there is the administrator, who registered the organisations and so is ADMIN of each."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What `demo.json` says. `loaded` is the fingerprint of what was loaded without a problem, empty before that."""

    url: str = ""
    tokens: Mapping[str, str] = field(default_factory=dict)
    loaded: str = ""


def read_demo(data_folder: Path) -> Demo:
    """What an earlier start left behind; an empty Demo where there is nothing, or nothing that can be read."""
    try:
        kept = json.loads((data_folder / _KEPT).read_text(encoding="utf-8"))
        return Demo(url=kept["url"], tokens=dict(kept["tokens"]), loaded=kept["loaded"])
    except (OSError, ValueError, KeyError, TypeError):
        return Demo()


async def steward_token(data_folder: Path) -> str:
    """A token of the demo's administrator, who is a steward: the one that is kept, or else that of a new one.

    It is kept before it is used, because whoever registers the demo's organisations must be found again by a start
    that follows an interrupted one.
    """
    demo = read_demo(data_folder)
    kept = demo.tokens.get(ADMIN)
    if kept is not None and await sign_in(kept):
        return kept
    made = await add_steward("Demo administrator")
    _keep(data_folder, Demo(url=demo.url, tokens={ADMIN: made}))
    return made


async def load_demo(url: str, steward_token: str, data_folder: Path, report: Callable[[str], None]) -> Demo:
    """Load what is new in the demo, and keep the tokens of its people; `report` is told line by line.

    Needs the database at hand beside the address, because a token for somebody else is made only by whoever runs the
    instance. Raises ImportStopped when no Serra answers.
    """
    async with connect(url, steward_token) as http:
        return await load_over(http, url, steward_token, data_folder, report)


async def load_over(
    http: httpx.AsyncClient, url: str, steward_token: str, data_folder: Path, report: Callable[[str], None]
) -> Demo:
    """As `load_demo`, over a client that has the address and the token."""
    kept = read_demo(data_folder)
    tokens = {**kept.tokens, ADMIN: steward_token}
    fingerprint = await asyncio.to_thread(_fingerprint, steward_token)
    if kept.loaded == fingerprint:
        demo = replace(kept, url=url)
        if demo != kept:
            _keep(data_folder, demo)
        return demo
    told = await import_bundles(http, [read_bundle(path) for path in FILES], Report(report))
    report(told.summary)
    remote = Remote(http)
    problems = len(told.failures)
    for name, person in PEOPLE.items():
        try:
            tokens[name] = await _token(remote, person, tokens.get(name))
        except Refused as refused:
            report(f"{person.name}: {refused}")
            problems += 1
    demo = Demo(url=url, tokens=tokens, loaded="" if problems else fingerprint)
    _keep(data_folder, demo)
    return demo


async def _token(remote: Remote, person: DemoPerson, kept: str | None) -> str:
    """A token of the person, who is added to their organisation where they are not there yet."""
    wanted = asdict(person)
    added = await remote.change(
        "addMember", {**wanted, "idempotencyKey": key_of("demo", wanted)}, "membership { person { id } }"
    )
    person_id = ids.read(added["membership"]["person"]["id"], "Person")
    if person_id is None:
        raise TypeError("A membership without a person.")
    signed_in = await sign_in(kept) if kept else None
    if kept and signed_in and signed_in.viewer.person == person_id:
        return kept
    return await issue_token_for(
        person_id, NewToken(label="demo", scopes=tuple(TokenScope), expires_in_days=LONGEST_LIFE)
    )


def _fingerprint(administrator: str) -> str:
    """Of the files, of the people, and of whom they were loaded by: in another database nothing is loaded yet."""
    said = hashlib.sha256(repr((administrator, PEOPLE)).encode())
    for path in FILES:
        said.update(path.name.encode())
        said.update(path.read_bytes())
    return said.hexdigest()


def _keep(data_folder: Path, demo: Demo) -> None:
    write_private(data_folder / _KEPT, json.dumps(asdict(demo), indent=2) + "\n")
