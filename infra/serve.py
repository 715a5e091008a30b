"""Serve over HTTP with granian."""

import logging
import math

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
        # An open event stream would else keep a process that is told to stop until its client leaves.
        workers_kill_timeout=math.ceil(settings.request_timeout_seconds) + 1,
    ).serve()
