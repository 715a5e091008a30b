"""Where Piccolo finds its engine and its apps; `PICCOLO_CONF` names this module."""

import os

from piccolo.conf.apps import AppRegistry

from infra.postgres.engine import Engine

DB = Engine(config={"dsn": os.environ.get("SERRA_DATABASE_URL", "postgresql://localhost/serra")})

APP_REGISTRY = AppRegistry(apps=["infra.postgres.piccolo_app"])
