"""Kinds of events."""

from services.terms import Term


class EventKind(Term):
    """What sort of meeting it was."""

    WORKSHOP = "WORKSHOP", "A workshop."
    SEMINAR = "SEMINAR", "A seminar."
    CONGRESS = "CONGRESS", "A congress."
