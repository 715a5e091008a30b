"""Invariants of organisations, people, networks, labs and tokens. Pure functions; all of them choices of design."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.countries import EU_STYLE, check_country
from services.errors import ErrorCode, Problem
from services.organisations.terms import Role, TokenScope
from services.text import check_line

NAME_LIMIT = 200
LABEL_LIMIT = 100
EMAIL_LIMIT = 254
WEBSITE_LIMIT = 2_000
IDENTIFIERS_AT_MOST = 20
TOKENS_AT_MOST = 50
"""How many valid tokens one person may hold: enough for every machine, too few to hide a stolen one among."""
LONGEST_LIFE = 365
"""How many days a token may be valid."""
LONGEST_LIFE_WITHIN = 30
"""The same for one that is made by somebody whom an identity provider signed in, and may lock out tomorrow."""

_NUTS = re.compile(r"[A-Z]{2}[A-Z0-9]{0,3}", re.ASCII)
_LAU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number that a register gave to an organisation: `("KBO", "0207.504.190")`."""

    scheme: str
    value: str


def check_place(country: str, nuts: str | None, lau: str | None) -> Iterator[Problem]:
    """A known country, a NUTS code that lies in it, and something that can be a LAU code."""
    unknown = [*check_country(country, "country")]
    yield from unknown
    if nuts is not None and not _NUTS.fullmatch(nuts):
        yield Problem(
            ErrorCode.INVALID, f"«{nuts}» is no NUTS code: two letters, then up to three more: BE213.", ("nuts",)
        )
    elif nuts is not None and not unknown and nuts[:2] != EU_STYLE.get(country, country):
        yield Problem(ErrorCode.INVALID, f"The region {nuts} does not lie in {country}.", ("nuts",))
    if lau is not None and not _LAU.fullmatch(lau):
        yield Problem(ErrorCode.INVALID, f"«{lau}» is no LAU code: at most 13 letters and digits: 13029.", ("lau",))


def check_website(website: str | None) -> Iterator[Problem]:
    """A full address on the web, so that a page that shows it as a link leads nowhere else."""
    if website is None:
        return
    try:
        parts = urlsplit(website)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
        good = good and not re.search(r"\s", website) and not any(check_line(website))
    except ValueError:
        good = False
    if not good or len(website) > WEBSITE_LIMIT:
        yield Problem(ErrorCode.INVALID, "Give the full address: https://www.example.org.", ("website",))


def check_identifiers(identifiers: Sequence[Identifier]) -> Iterator[Problem]:
    """Each with a register and a number, none twice."""
    if len(identifiers) > IDENTIFIERS_AT_MOST:
        yield Problem(ErrorCode.TOO_LONG, f"At most {IDENTIFIERS_AT_MOST} identifiers are kept.", ("identifiers",))
    for place, one in enumerate(identifiers):
        for name, text in (("scheme", one.scheme), ("value", one.value)):
            if not 1 <= len(text) <= NAME_LIMIT:
                yield Problem(
                    ErrorCode.INVALID, f"Give 1 to {NAME_LIMIT} characters.", ("identifiers", str(place), name)
                )
            yield from check_line(text, "identifiers", str(place), name)
        if one in identifiers[:place]:
            yield Problem(ErrorCode.INVALID, "This identifier is given twice.", ("identifiers", str(place)))


def check_name(name: str, *field: str) -> Iterator[Problem]:
    """A person's name, cleaned: there, and of a length that fits a line."""
    if not name:
        yield Problem(ErrorCode.REQUIRED, f"The name is missing: give 1 to {NAME_LIMIT} characters.", field)
    elif len(name) > NAME_LIMIT:
        yield Problem(ErrorCode.TOO_LONG, f"A name has at most {NAME_LIMIT} characters.", field)
    yield from check_line(name, *field)


def check_email(email: str | None) -> Iterator[Problem]:
    """Something that can be an address; whether mail arrives there is another matter."""
    if email is not None and (len(email) > EMAIL_LIMIT or not _EMAIL.fullmatch(email) or any(check_line(email))):
        yield Problem(ErrorCode.INVALID, f"«{email}» is no e-mail address, such as ann@example.org.", ("email",))


def check_admin_remains(held: Role, becomes: Role | None, admins: int, *field: str) -> Iterator[Problem]:
    """An organisation always has an ADMIN: the last of `admins` keeps the role until somebody else has it too."""
    if held is Role.ADMIN and becomes is not Role.ADMIN and admins < 2:  # noqa: PLR2004 - the one who loses it and one more
        yield Problem(
            ErrorCode.WRONG_STATE,
            "This is the organisation's last administrator. Hand the administration over first.",
            field,
        )


def check_facilitator_remains(others: int, *field: str) -> Iterator[Problem]:
    """A network always has a facilitator: the last one keeps the role until another organisation has it too."""
    if others < 1:
        yield Problem(
            ErrorCode.WRONG_STATE,
            "This is the network's last facilitator. Hand that over to another organisation first.",
            field,
        )


def check_token(
    label: str,
    scopes: Collection[TokenScope],
    expires_in_days: int,
    held: Collection[TokenScope],
    longest: int = LONGEST_LIFE,
) -> Iterator[Problem]:
    """A token says what it is for, lasts at most a year, and may do no more than the one that made it."""
    if not label:
        yield Problem(ErrorCode.REQUIRED, "Say what the token is for, such as «nightly export».", ("label",))
    elif len(label) > LABEL_LIMIT:
        yield Problem(ErrorCode.TOO_LONG, f"A label has at most {LABEL_LIMIT} characters.", ("label",))
    yield from check_line(label, "label")
    if not 1 <= expires_in_days <= longest:
        yield Problem(ErrorCode.INVALID, f"A token is valid for 1 to {longest} days.", ("expiresInDays",))
    if not scopes:
        yield Problem(ErrorCode.REQUIRED, "Name at least one scope.", ("scopes",))
    if beyond := sorted(set(scopes) - set(held)):
        yield Problem(
            ErrorCode.FORBIDDEN,
            f"The token you use lacks {', '.join(beyond)}, so it cannot make one that has more.",
            ("scopes",),
        )
