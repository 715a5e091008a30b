"""The words this noun uses for what people are told of."""

from services.terms import Term


class NotificationKind(Term):
    """What happened."""

    ADOPTION_RECORDED = "ADOPTION_RECORDED", "Another organisation takes up something of yours."
    ADOPTION_ADVANCED = "ADOPTION_ADVANCED", "Another organisation came further with something of yours, or gave it up."
