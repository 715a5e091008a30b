"""Global ids: the type's name in snake case and the row's UUID, `test_round_0193…`. Opaque to clients."""

import re
from functools import cache
from uuid import UUID

_TAIL = re.compile(r"[0-9a-f]{32}")


@cache
def prefix(type_name: str) -> str:
    """What the ids of a type begin with: `test_round_`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type_name).lower() + "_"


def split(global_id: str) -> tuple[str, UUID] | None:
    """The prefix and the row of an id; None for anything that is not one."""
    head, _, tail = global_id.rpartition("_")
    return (head + "_", UUID(tail)) if head and _TAIL.fullmatch(tail) else None


def read(global_id: str, type_name: str) -> UUID | None:
    """The row of an id of that type; None for anything else, which no row has as its id."""
    found = split(global_id)
    return found[1] if found and found[0] == prefix(type_name) else None
