"""The words this noun uses for what people are told of."""

from services.terms import Term


class NotificationKind(Term):
    """What happened."""

    ADOPTION_RECORDED = "ADOPTION_RECORDED", "Another organisation takes up something of yours."
    ADOPTION_ADVANCED = "ADOPTION_ADVANCED", "Another organisation came further with something of yours, or gave it up."
    INVITATION_ACCEPTED = "INVITATION_ACCEPTED", "Somebody has come into your organisation by an invitation."
    NETWORK_INVITATION = "NETWORK_INVITATION", "A network invites your organisation."
    NETWORK_REQUEST = "NETWORK_REQUEST", "An organisation asks to join a network that yours guides."
    NETWORK_ACCEPTED = "NETWORK_ACCEPTED", "The other side accepted that an organisation joins a network."
    NETWORK_DECLINED = "NETWORK_DECLINED", "The other side declined that an organisation joins a network."


OF_ADMINISTRATION = frozenset(
    {
        NotificationKind.INVITATION_ACCEPTED,
        NotificationKind.NETWORK_INVITATION,
        NotificationKind.NETWORK_REQUEST,
        NotificationKind.NETWORK_ACCEPTED,
        NotificationKind.NETWORK_DECLINED,
    }
)
"""What only the administrators of an organisation can act upon."""
