"""SQL → bytes: the resolver of every compiled field, and the executor that lets JSON pass through untouched."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

import msgspec
from graphql import GraphQLError, GraphQLField, GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetails, FragmentDetails
from graphql.execution.executor import Executor

from schema.compiler.catalogue import Catalogue
from schema.compiler.follow import Changes
from schema.compiler.plan import Check, Parameter
from schema.compiler.planner import Planner
from schema.compiler.selection import Selected, Selection
from schema.compiler.sources import Source
from schema.compiler.trace import fill, shape, trace
from schema.compiler.write import Writer
from services.ports import Ports
from services.recent import Recent
from services.viewer import Viewer


class Database(Protocol):
    """What runs a statement."""

    async def fetch_json(self, statement: str, values: list[Any]) -> str | None:
        """The one value that the statement returns."""


@dataclass(slots=True)
class Context:
    """What a request knows: who asks, in which languages, of which parts; and the plans of its document.

    `threshold`: groups with fewer people are hidden from those outside the organisation (rule 6).
    `reads_little`: the viewer may read few of all cases, so that lists are better found by their keys.
    `changes` is there for subscriptions alone. `public_url` is where people reach Serra, for links.
    `walk_all` takes the slow road for every field: the JSON is parsed and walked by graphql-core.
    `done` is what the document's only mutation has come to, where only its answer is left to be made.
    """

    viewer: Viewer
    languages: tuple[str, ...]
    database: Database
    ports: Ports
    plans: "PlanCache"
    walk_all: bool = False
    threshold: int = 5
    changes: Changes | None = None
    done: "Done | None" = None
    reads_little: bool = False
    public_url: str = ""

    def value(self, name: str) -> Any:
        """A parameter that plans take from the request. Languages beyond those wanted are null."""
        match name:
            case "keyring":
                return list(self.viewer.keyring)
            case "viewer":
                return self.viewer.person
            case "within":
                return self.viewer.within
            case "scopes":
                return sorted(self.viewer.scopes)
            case "threshold":
                return self.threshold
            case "lang1" | "lang2" | "lang3":
                place = int(name[-1]) - 1
                return self.languages[place] if place < len(self.languages) else None
            case _:
                raise LookupError(f"A request knows nothing called «{name}».")


@dataclass(frozen=True, slots=True)
class Done:
    """What a mutation has come to: its payload, or the exception that left it."""

    payload: Any = None
    error: Exception | None = None

    def outcome(self) -> Any:
        """The payload. Raises the exception."""
        if self.error is not None:
            raise self.error
        return self.payload


class InContext(Protocol):
    """All that a mutation is told of its request: graphql-core's and Strawberry's info have it too."""

    @property
    def context(self) -> Context:
        """The request's context."""


Info = GraphQLResolveInfo[Context]
"""What a resolver is told of its field."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A plan as it is kept: its SQL, and how to fill it."""

    sql: str
    parameters: tuple[Parameter, ...]
    checks: tuple[Check, ...]
    walked: bool

    def values(self, context: Context, variables: Mapping[str, Any]) -> list[Any]:
        """The parameters' values for a request. Raises GraphQLError for a value out of bounds."""
        for check in self.checks:
            if not check.low <= fill(check.value, variables) <= check.high:
                raise GraphQLError(check.message, extensions={"code": "PAGE_SIZE"})
        values = []
        for parameter in self.parameters:
            if parameter.context is not None:
                values.append(context.value(parameter.context))
                continue
            value = fill(parameter.value, variables)
            values.append(parameter.convert(value) if parameter.convert else value)
        return values


Prepared = TypeVar("Prepared")


class PlanCache:
    """What was prepared for one document, by root field and shape of the variables; the oldest go first."""

    def __init__(self, longest: int = 64) -> None:
        self._kept: Recent[Hashable, Any] = Recent(longest)

    def get(self, key: Hashable, make: Callable[[], Prepared]) -> Prepared:
        """What stands for a key, made when it is missing."""
        if key in self._kept:
            kept: Prepared = self._kept[key]
            return kept
        made = self._kept[key] = make()
        return made


class RawExecutor(Executor[None]):
    """graphql-core's executor, which hands JSON that is already complete on as it is."""

    def complete_value(self, return_type, field_details_list, info, path, result, position_context):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201, PLR0917 - its parent's signature
        """Complete a value, unless it is JSON made by the database."""
        if type(result) is msgspec.Raw:
            return result
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)


async def resolve_compiled(
    info: Info, catalogue: Catalogue, source: Source, values: Mapping[str, Any] | None = None
) -> Any:
    """The answer of one compiled field: raw JSON, or rows for the walk where a field needs a resolver of its own.

    `values` are parameters that the source names beside the field's arguments.
    """
    context: Context = info.context
    variables = {**info.variable_values.coerced, GIVEN: values or {}}
    nodes = tuple(map(id, info.field_nodes))
    key = (nodes, repr(source), context.walk_all, context.reads_little, shape(variables))
    statement = context.plans.get(key, lambda: _prepare(info, catalogue, source, variables))
    answer = await context.database.fetch_json(statement.sql, statement.values(context, variables))
    if answer is None:
        return None
    return msgspec.json.decode(answer) if statement.walked else msgspec.Raw(answer.encode())


GIVEN = "@"
"""Where the values that a source names stand among the variables; no variable can have this name."""


def prepare(
    catalogue: Catalogue,
    selection: Selection,
    source: Source,
    of: GraphQLField,
    details: Selected,
    *,
    context: Context,
    given: Mapping[str, Any] = MappingProxyType({}),
) -> Statement:
    """The statement of a root field: `selection`'s variables and the values `given` are traced."""
    plan = Planner(catalogue, selection, context.reads_little).plan(source, of, details, given)
    walked = plan.walked or context.walk_all
    return Statement(Writer(typed=walked).statement(plan), plan.parameters, plan.checks, walked)


def _prepare(info: Info, catalogue: Catalogue, source: Source, variables: dict[str, Any]) -> Statement:
    traced = trace(variables)
    given = traced.pop(GIVEN)
    fragments = {name: FragmentDetails(definition) for name, definition in info.fragments.items()}
    selection = Selection(info.schema, fragments, info.operation, info.variable_values._replace(coerced=traced))
    of = info.parent_type.fields[info.field_name]
    details = [FieldDetails(node, None) for node in info.field_nodes]
    return prepare(catalogue, selection, source, of, details, context=info.context, given=given)
