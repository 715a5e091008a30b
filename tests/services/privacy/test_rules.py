"""Rules of erasing and of retention, for all that may be given."""

import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import DomainError
from services.organisations.terms import Role
from services.privacy.receipts import ErasedBy, Receipt, read_receipt
from services.privacy.rules import ERASED, check_confirmed, check_hands_over, without_name
from services.test_rounds.rules import KeptConsent, ending, is_due

WORDS = st.text(alphabet="abAB ", min_size=1, max_size=5).map(str.strip).filter(bool)
TEXTS = st.lists(st.sampled_from(["ab", "Ab aB", "x@b.be", ",", " ", "c", ".", "\n"]), max_size=12).map("".join)
COUNTS = st.dictionaries(st.sampled_from(["comment.author", "membership.person", "case.audience"]), st.integers(0, 99))
RECEIPTS = st.builds(
    Receipt,
    st.uuids(),
    st.datetimes(min_value=datetime(2026, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants it naive
    st.sampled_from(ErasedBy),
    COUNTS,
)
TODAY = date(2026, 6, 1)
CONSENTS = st.lists(
    st.builds(
        KeptConsent,
        st.sampled_from(["alder", "birch", "cedar"]),
        st.integers(-2, 2).map(lambda days: TODAY + timedelta(days=days)),
        st.booleans(),
    ),
    max_size=8,
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Yours, Ann Peeters", f"Yours, {ERASED}"),
        ("ANN PEETERS (ann@b.be).", f"{ERASED} ({ERASED})."),
        ("Ann Peetersen and joann@b.be", "Ann Peetersen and joann@b.be"),
        ("Ann", "Ann"),
    ],
)
def test_a_name_goes_as_whole_words(text: str, left: str) -> None:
    """Name and address go in any case; longer words that begin or end alike stay."""
    assert without_name(text, "Ann Peeters", "ann@b.be") == left


def test_a_name_that_is_a_word_goes_only_as_written() -> None:
    """«Will» is not taken out of what will be."""
    assert without_name("Will will see.", "Will", None) == f"{ERASED} will see."


@given(text=TEXTS, name=WORDS, email=st.sampled_from([None, "x@b.be"]))
def test_what_is_without_a_name_stays_so(text: str, name: str, email: str | None) -> None:
    """Taking a name out twice is taking it out once, and a text that does not hold it is left alone."""
    once = without_name(text, name, email)
    assert without_name(once, name, email) == once
    if name.lower() not in text.lower() and (email or "@") not in text:
        assert once == text


@given(
    held=st.dictionaries(st.uuids(), st.tuples(st.sampled_from(Role), st.integers(1, 3)), max_size=4),
)
def test_only_a_last_administrator_is_held_back(held: dict[UUID, tuple[Role, int]]) -> None:
    """Refused exactly where some organisation would be without an ADMIN, and each such organisation is named."""
    roles = {one: role for one, (role, _) in held.items()}
    admins = {one: count for one, (_, count) in held.items()}
    problems = list(check_hands_over(roles, admins, {one: one.hex for one in held}))
    last = {one.hex for one, (role, count) in held.items() if role is Role.ADMIN and count == 1}
    assert len(problems) == bool(last)
    assert all(slug in problems[0].message for slug in last)


@given(name=WORDS, typed=WORDS)
def test_a_confirmation_is_the_name_itself(name: str, typed: str) -> None:
    """Exactly the name confirms, white space around it aside."""
    assert not list(check_confirmed(f" {name} ", name))
    assert bool(list(check_confirmed(typed, name))) is (typed != name)


@given(receipt=RECEIPTS)
def test_a_receipt_comes_back_from_its_line(receipt: Receipt) -> None:
    """Read from its text a receipt is the same, with the same hash."""
    again = read_receipt(receipt.as_text())
    assert again == receipt
    assert again.sha256 == receipt.sha256


@given(receipt=RECEIPTS, other=RECEIPTS)
def test_a_receipt_that_was_changed_is_not_read(receipt: Receipt, other: Receipt) -> None:
    """With any of its facts taken from another receipt, the hash no longer fits."""
    for name in receipt.said:
        if receipt.said[name] != other.said[name]:
            forged = {**json.loads(receipt.as_text()), name: other.said[name]}
            with pytest.raises(DomainError, match="was changed"):
                read_receipt(json.dumps(forged))


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", "null", '{"counts": 1}', '{"counts": {}, "erased_at": "x"}'])
def test_what_is_no_receipt_is_refused(text: str) -> None:
    """Anything else than a receipt's line is told so."""
    with pytest.raises(DomainError, match="no receipt"):
        read_receipt(text)


@given(consents=CONSENTS)
def test_observations_go_with_the_last_consent(consents: list[KeptConsent]) -> None:
    """An alias loses its observations when the last of its records is due, and stays an objector if it was one."""
    ends = ending(consents, TODAY)
    for alias in ("alder", "birch", "cedar"):
        theirs = [one for one in consents if one.alias == alias]
        over = bool(theirs) and all(is_due(one.retain_until, TODAY) for one in theirs)
        assert (alias in ends.aliases) is over
        assert (alias in ends.objectors) is (over and all(one.is_withdrawn for one in theirs))


def test_a_day_is_kept_to_its_end() -> None:
    """What is kept until a day is there on that day and due on the next; without a day nothing is ever due."""
    assert not is_due(TODAY, TODAY)
    assert is_due(TODAY - timedelta(days=1), TODAY)
    assert not is_due(None, TODAY)
