"""Serve over HTTP with granian."""

import logging

from granian.constants import Interfaces, Loops
from granian.server import Server

from infra.settings import Settings


def serve_with(settings: Settings) -> None:
    """Serve with as many processes as the settings say, until told to stop."""
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    Server(
        "infra.asgi:server",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.workers,
        factory=True,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()
