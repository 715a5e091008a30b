"""invitationPreview, through GraphQL."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.invitations.tables import Invitation
from services.organisations.tables import Membership
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import olen_admin, person_of, row

As = Callable[[str | None], Client]
PREVIEW = """query($secret: String!) {
    invitationPreview(secret: $secret) { role expiresAt organisation { slug invitations(first: 1) { totalCount } } }
}"""
GIVEN = {"organisation": "olen", "role": "READER", "email": "ann@example.org"}


async def previewed(client: Client, secret: str) -> dict[str, Any] | None:
    """What a secret leads to, for whoever asks."""
    found: dict[str, Any] | None = (await client.ask(PREVIEW, secret=secret))["invitationPreview"]
    return found


async def test_a_link_tells_where_it_leads(as_: As, network: SmallNetwork) -> None:
    """Whoever holds the secret is told the organisation, the role and until when; not whom else it invites."""
    made = await as_(await olen_admin(network)).do("inviteMember", GIVEN, "secret invitation { expiresAt }")
    for holder in (None, network.outsider):
        told = await previewed(as_(holder), made["secret"])
        assert told
        until = made["invitation"]["expiresAt"]
        assert datetime.fromisoformat(told.pop("expiresAt")) == datetime.fromisoformat(until)
        assert told == {"role": "READER", "organisation": {"slug": "olen", "invitations": {"totalCount": 0}}}


async def test_a_secret_that_leads_nowhere_tells_nothing(as_: As, network: SmallNetwork) -> None:
    """Unknown, used, taken back, expired, or by somebody who is an ADMIN no longer: null, whatever the reason is."""
    admin, nobody = as_(await olen_admin(network)), as_(None)
    made = [await admin.do("inviteMember", {**GIVEN, "email": None}, "secret invitation { id }") for _ in range(4)]
    used, revoked, expired, left = made
    await nobody.do("acceptInvitation", {"secret": used["secret"], "name": "Ann"}, "tokenSecret")
    await admin.do("revokeInvitation", {"id": revoked["invitation"]["id"]}, "organisation { slug }")
    past = datetime.now(UTC) - timedelta(seconds=1)
    of = Invitation.id == row(expired["invitation"]["id"], "Invitation")
    await Invitation.update({Invitation.expires_at: past}).where(of)
    assert await previewed(nobody, left["secret"])
    by = Membership.person == row(await person_of(admin), "Person")
    await Membership.update({Membership.role: Role.EDITOR}).where(by)
    for secret in (*(one["secret"] for one in made), "", "x"):
        assert await previewed(nobody, secret) is None
