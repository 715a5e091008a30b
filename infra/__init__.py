"""Everything that touches the outside world, and the wiring of it all."""

import os

# Piccolo looks its engine up by this name, at the first query of a process that has not set another.
os.environ.setdefault("PICCOLO_CONF", "infra.postgres.piccolo_conf")
