"""The words this noun uses for what people are told of."""

from services.terms import Term


class NotificationKind(Term):
    """What happened."""

    ADOPTION_RECORDED = "ADOPTION_RECORDED", "Another organisation takes up something of yours."
    ACCESS_REQUESTED = "ACCESS_REQUESTED", "Somebody asks to be let into a case of yours."
    ACCESS_ANSWERED = "ACCESS_ANSWERED", "Your request to be let into a case was answered."
    ADMITTED = "ADMITTED", "You, or your organisation, were let into a case until an instant."
    ADOPTION_ADVANCED = "ADOPTION_ADVANCED", "Another organisation came further with something of yours, or gave it up."
    FILE_WITHHELD = (
        "FILE_WITHHELD",
        (
            "A version of this file of yours holds words of a participant who left, so nobody outside your organisation"
            " sees it any more. Upload a version without them: the old one is deleted then."
        ),
    )
    FILES_TO_CHECK = (
        "FILES_TO_CHECK",
        (
            "A participant left this round. You have files of it, or of its case, in which their words were not looked"
            " for: nothing can be searched in them, such as in PDF and film, or the round is another organisation's."
            " Look through them; withholdVersion hides what shows that participant."
        ),
    )
    INVITATION_ACCEPTED = "INVITATION_ACCEPTED", "Somebody has come into your organisation by an invitation."
    ORGANISATION_INVITATION = (
        "ORGANISATION_INVITATION",
        "An organisation asks you to become a member. See `viewer { invitations }`.",
    )
    PROVIDER_CONNECTED = (
        "PROVIDER_CONNECTED",
        (
            "An organisation's identity provider knows you from now on, because somebody asked for it with a token of"
            " yours. If that was not you, revoke the token, and `leaveOrganisation` has the provider forget you."
        ),
    )
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
