"""What a token may be used for, as far as it hangs on the kind of the operation: to read."""

from graphql import OperationType

from infra.http.refusal import Refused
from services.organisations.terms import TokenScope
from services.viewer import Viewer


def check_reads(viewer: Viewer, kind: OperationType | None) -> None:
    """Refuse a query or a subscription by a token that lacks READ. Raises Refused.

    What a mutation answers is read as usual: whoever writes must be told what they wrote, and with which id.
    """
    if viewer.person is None or kind is OperationType.MUTATION or TokenScope.READ in viewer.scopes:
        return
    raise Refused(
        403,
        "SCOPE_MISSING",
        f"This token lacks the scope {TokenScope.READ}, so it reads nothing but what its mutations answer. Make one"
        " that has it and use that instead.",
    )
