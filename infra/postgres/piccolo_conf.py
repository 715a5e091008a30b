"""Where Piccolo finds its engine and its apps; `PICCOLO_CONF` names this module."""

import os

from piccolo.conf.apps import AppRegistry
from piccolo.engine.postgres import PostgresEngine


class Engine(PostgresEngine):
    """Piccolo's engine, which does not look for a server when it is made: the address is known only at the start."""

    async def check_version(self) -> None:
        """Piccolo would connect here, at import. Serra says in its documentation which versions it needs."""

    async def prep_database(self) -> None:
        """Piccolo would create extensions here; the migrations do."""


DB = Engine(config={"dsn": os.environ.get("SERRA_DATABASE_URL", "postgresql://localhost/serra")})

APP_REGISTRY = AppRegistry(apps=["infra.postgres.piccolo_app"])
