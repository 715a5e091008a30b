"""Where a review stands, and what it may recommend."""

from services.terms import Term


class ReviewStatus(Term):
    """A review's life; late and expired follow from its deadline and are not stored."""

    REQUESTED = "REQUESTED", "Asked for, not yet answered."
    ACCEPTED = "ACCEPTED", "The reviewer said yes and declared their interests."
    DECLINED = "DECLINED", "The reviewer said no."
    SUBMITTED = "SUBMITTED", "Handed in."


class Recommendation(Term):
    """What the reviewer advises. It binds nobody."""

    PUBLISH = "PUBLISH", "Publish as it is."
    PUBLISH_WITH_CHANGES = "PUBLISH_WITH_CHANGES", "Publish once small things are mended."
    REWORK = "REWORK", "Needs another round of work."
    DO_NOT_PUBLISH = "DO_NOT_PUBLISH", "Should not be published."


OPEN = frozenset({ReviewStatus.REQUESTED, ReviewStatus.ACCEPTED})
"""The states of a review that is still to come, unless it has expired."""
