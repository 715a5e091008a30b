"""Subscriptions by a session's cookie: opened by our own pages alone."""

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from infra.http.subscriptions.limits import StreamLimits
from infra.parts import Parts
from infra.postgres.database import Database
from services.identity.sessions import open_session
from services.ids import new_id
from services.organisations.tables import Membership
from services.ports import Ports
from services.transaction import transaction
from services.viewer import Viewer
from tests.factories.network import SmallNetwork
from tests.infra.http.subscriptions.conftest import serving

OWN = Origin("http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("origin", "closed"), [(OWN, 0), (Origin("https://evil.example"), 4403), (Origin("null"), 4403), (None, 4403)]
)
async def test_a_socket_is_signed_for_our_own_pages(
    open_database: Database, ports: Ports, network: SmallNetwork, origin: Origin | None, closed: int
) -> None:
    """Browsers let any page open a socket and send the cookie along, but name the page: another one is turned away."""
    member = await Membership.objects().where(Membership.organisation == network.olen).first()
    assert member
    async with transaction():
        secret = await open_session(Viewer(person=member.person), network.olen, new_id())
    async with (
        serving(Parts(open_database, ports), StreamLimits(), public_url=OWN) as address,
        connect(
            f"ws://{address}/graphql",
            subprotocols=[Subprotocol("graphql-transport-ws")],
            origin=origin,
            additional_headers={"Cookie": f"serra={secret}"},
        ) as socket,
    ):
        await socket.send('{"type": "connection_init"}')
        if not closed:
            assert await socket.recv() == '{"type":"connection_ack"}'
            return
        with pytest.raises(ConnectionClosed) as told:
            await socket.recv()
        assert told.value.rcvd
        assert told.value.rcvd.code == closed
