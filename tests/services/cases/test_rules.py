"""Pure rules of cases."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.rules import Publishable, check_publishable
from services.errors import ErrorCode
from services.organisations.terms import PUBLIC_BODIES, OrganisationKind

COUNTS = st.integers(0, 3)
CASES = st.builds(
    Publishable,
    owner_kind=st.sampled_from(OrganisationKind),
    owner_participates=st.booleans(),
    has_challenge=st.booleans(),
    has_summary=st.booleans(),
    lessons=COUNTS,
    outcomes=COUNTS,
)
FULL = Publishable(
    owner_kind=OrganisationKind.MUNICIPALITY,
    owner_participates=True,
    has_challenge=True,
    has_summary=True,
    lessons=1,
    outcomes=1,
)


def lacking(case: Publishable) -> list[tuple[ErrorCode, str]]:
    """The code and the field of each problem."""
    return [(problem.code, ".".join(problem.field)) for problem in check_publishable(case)]


@given(CASES)
def test_publication_lacks_what_is_not_there(case: Publishable) -> None:
    """Rule 1: nothing is asked for that is there, and everything that is not there is asked for."""
    wanted = {
        (ErrorCode.INVALID, "owner"): case.owner_kind in PUBLIC_BODIES,
        (ErrorCode.REQUIRED, "participations"): case.owner_participates,
        (ErrorCode.REQUIRED, "challenge"): case.has_challenge,
        (ErrorCode.REQUIRED, "summary"): case.has_summary,
        (ErrorCode.REQUIRED, "lessons"): case.lessons > 0,
        (ErrorCode.REQUIRED, "outcomes"): case.outcomes > 0,
    }
    assert lacking(case) == [problem for problem, is_there in wanted.items() if not is_there]


@pytest.mark.parametrize("kind", OrganisationKind)
def test_only_public_bodies_own_a_published_case(kind: OrganisationKind) -> None:
    """Rule 1, kind by kind: whoever else takes part in a case does not own it."""
    public = {"PES", "NATIONAL_BODY", "REGIONAL_BODY", "MUNICIPALITY", "AGENCY"}
    assert (not lacking(replace(FULL, owner_kind=kind))) == (kind.value in public)
