"""Relay's object identification at the root."""

import strawberry

from schema.compiler.declare import argument, declared
from schema.compiler.sources import Node as ById
from schema.compiler.sources import Nodes as ByIds
from schema.shared import Node


@strawberry.type
class NodeQueries:
    """The part of Query that finds anything by its global id."""

    node: Node | None = declared(
        ById(),
        "The thing of a global id; null for what the viewer may not read and for what does not exist.",
        arguments=(argument("id", strawberry.ID, "The global id."),),
    )
    nodes: list[Node | None] = declared(
        ByIds(),
        "The things of at most 100 global ids, in their order, with null for each that is not to be read.",
        arguments=(argument("ids", list[strawberry.ID], "The global ids."),),
    )
