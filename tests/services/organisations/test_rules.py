"""The rules of organisations, people and tokens as pure functions."""

import string

import pycountry
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.countries import COUNTRIES, EU_STYLE
from services.organisations.rules import (
    LONGEST_LIFE,
    Identifier,
    check_admin_remains,
    check_email,
    check_facilitator_remains,
    check_identifiers,
    check_place,
    check_token,
    check_website,
)
from services.organisations.terms import Role, TokenScope
from services.text import check_line

CODES = st.text(string.ascii_uppercase + string.digits, max_size=3)


def test_countries_are_those_of_iso_3166() -> None:
    """The list of countries is the standard's."""
    assert {country.alpha_2 for country in pycountry.countries} == COUNTRIES
    assert set(EU_STYLE) <= COUNTRIES


@given(st.sampled_from(sorted(COUNTRIES)), CODES)
@example("GR", "302")
@example("GB", "C11")
def test_a_region_lies_in_its_country(country: str, rest: str) -> None:
    """A NUTS code is taken exactly when it begins with its country, as the EU writes that."""
    own = EU_STYLE.get(country, country)
    assert not [*check_place(country, own + rest, None)]
    other = "DE" if own != "DE" else "FR"
    assert [problem.field for problem in check_place(country, other + rest, None)] == [("nuts",)]


@given(st.text(max_size=20))
def test_a_lau_code_is_short_and_plain(lau: str) -> None:
    """Whatever is taken as a LAU code fits its column and holds no white space."""
    taken = not [*check_place("BE", None, lau)]
    assert not taken or (1 <= len(lau) <= 13 and lau.isascii() and not any(one.isspace() for one in lau))


@given(st.sampled_from(Role), st.sampled_from([*Role, None]), st.integers(1, 5))
def test_an_admin_always_remains(held: Role, becomes: Role | None, admins: int) -> None:
    """A change is refused exactly when it would leave no ADMIN."""
    left = admins - (held is Role.ADMIN) + (becomes is Role.ADMIN)
    alone = held is Role.ADMIN and left == 0
    assert bool([*check_admin_remains(held, becomes, admins)]) == alone


@pytest.mark.parametrize(("others", "refused"), [(0, True), (1, False), (2, False)])
def test_a_facilitator_always_remains(others: int, refused: bool) -> None:  # noqa: FBT001 - a table's column
    """A network's last facilitator stays."""
    assert bool([*check_facilitator_remains(others)]) is refused


SCOPES = st.sets(st.sampled_from(TokenScope))


@given(SCOPES, SCOPES, st.integers(-1000, 1000), st.text(max_size=120))
def test_a_token_never_does_more_than_its_maker(
    wanted: set[TokenScope], held: set[TokenScope], days: int, label: str
) -> None:
    """What is taken has a label of one line, a lifetime of at most a year, and scopes among those held."""
    taken = not [*check_token(label, wanted, days, held)]
    labelled = 1 <= len(label) <= 100 and not any(check_line(label))
    assert taken == (bool(wanted) and wanted <= held and 1 <= days <= LONGEST_LIFE and labelled)


@given(st.text(max_size=60))
@example("https://")
@example("https:///path")
@example("http://[::1")
@example("https://olen.be\n")
def test_a_website_is_a_full_address_or_refused(website: str) -> None:
    """Nothing but a web address is ever taken, whatever is typed."""
    if not [*check_website(website)]:
        assert website.lower().startswith(("http://", "https://"))
        assert not any(one.isspace() for one in website)


@pytest.mark.parametrize("good", ["https://www.olen.be", "http://localhost:8000/x?y#z", "https://århus.dk/å"])
def test_usual_websites_are_taken(good: str) -> None:
    """Addresses with ports, paths and letters of any language are taken."""
    assert not [*check_website(good)]


@pytest.mark.parametrize(
    ("email", "good"),
    [
        ("ann@example.org", True),
        ("ann.o'neil+x@sub.example.org", True),
        ("ann", False),
        ("ann@example", False),
        ("ann@@example.org", False),
        ("ann @example.org", False),
        ("ann@.org", False),
        ("ann@example.", False),
    ],
)
def test_an_address_looks_like_one(email: str, good: bool) -> None:  # noqa: FBT001 - a table's column
    """A typing error in an e-mail address is told; nothing unusual is refused."""
    assert (not [*check_email(email)]) is good


@given(st.lists(st.builds(Identifier, st.text(max_size=3), st.text(max_size=3)), max_size=25))
def test_identifiers_are_complete_and_different(identifiers: list[Identifier]) -> None:
    """What is taken has a register and a number each, none of them twice, and is not endless."""
    if not [*check_identifiers(identifiers)]:
        assert len(set(identifiers)) == len(identifiers) <= 20
        assert all(one.scheme and one.value for one in identifiers)
