"""The words this noun uses."""

from services.terms import Term


class IdentityKind(Term):
    """What a subject of an identity provider is."""

    PERSON = "PERSON", "Somebody who signs in with a browser."
    MACHINE = "MACHINE", "A program that sends tokens of the provider."
