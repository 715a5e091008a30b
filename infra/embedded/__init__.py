"""PostgreSQL and an S3 file store on one machine, for as long as the process that asked for them lives.

`start_embedded(folder)` is the way in. docs/decisions/002-embedded-servers.md says why it is built like this.
"""

from infra.embedded.binaries import bin_path
from infra.embedded.errors import EmbeddedError
from infra.embedded.ports import port_is_free
from infra.embedded.servers import EmbeddedServers, S3Address, start_embedded

__all__ = [
    "EmbeddedError",
    "EmbeddedServers",
    "S3Address",
    "bin_path",
    "port_is_free",
    "start_embedded",
]
