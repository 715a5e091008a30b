"""The window of a connection, from its four arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from schema.compiler.sources import Order

LONGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a list are wanted; `bounded`: a cursor closes the side that the page is read from."""

    size: Any
    after: Any
    before: Any
    backward: bool

    @property
    def bounded(self) -> bool:
        """Whether rows are known to lie on the side where reading began."""
        return (self.before if self.backward else self.after) is not None

    @property
    def message(self) -> str:
        """What to say of a size that is out of bounds."""
        return f"`{'last' if self.backward else 'first'}` must lie between 1 and {LONGEST_PAGE}."


def window(given: Mapping[str, Any]) -> Window:
    """The window that the arguments ask for. Raises GraphQLError unless exactly one of first and last is given."""
    first, last = given.get("first"), given.get("last")
    if (first is None) == (last is None):
        message = f"Give either `first` or `last`, between 1 and {LONGEST_PAGE}."
        raise GraphQLError(message, extensions={"code": "PAGE_SIZE"})
    backward = first is None
    return Window(last if backward else first, given.get("after"), given.get("before"), backward)


def ordering(orders: Mapping[str, Order], wanted: Any) -> tuple[str, Order]:
    """The order asked for by name, or the first one."""
    name = getattr(wanted, "name", None) or next(iter(orders))
    return name, orders[name]
