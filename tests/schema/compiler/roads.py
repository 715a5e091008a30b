"""The two roads from a query to its answer: JSON that the database made, or rows that graphql-core walks."""

import json
from dataclasses import dataclass
from typing import Any

import msgspec
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, execute, parse

from infra.postgres.database import Database
from schema import catalogue, schema
from schema.compiler.ids import prefix
from schema.compiler.run import Context, PlanCache, RawExecutor
from schema.compiler.short import short_way
from services.ports import Ports
from services.viewer import Viewer
from tests.schema.compiler.questions import Rows

_ROWS = """
select json_build_object(
    'ids', (select json_object_agg(type, ids) from (
        select type, json_agg(id order by id) as ids from (
            {ids}
        ) named group by type
    ) by_type),
    'slugs', (select json_object_agg(type, slugs) from (
        select type, json_agg(slug order by slug) as slugs from (
            {slugs}
        ) named group by type
    ) by_type),
    'keys', (select json_build_object(
        'timestamptz', percentile_disc(0.5) within group (order by created_at)::text, 'date', '2024-01-01',
        'int', '2', 'text', 'm'
    ) from comment)
)::text
"""


@dataclass(frozen=True, slots=True)
class Roads:
    """The two roads through a world: what is there, and who asks."""

    rows: Rows
    viewers: tuple[Viewer, ...]
    database: Database
    ports: Ports

    async def answer(self, query: str, viewer: Viewer, *, walk_all: bool) -> dict[str, Any]:
        """What one road says: the data, and the errors in an order of their own."""
        context = self._context(viewer, walk_all=walk_all)
        result = execute(schema, parse(query), context_value=context, executor_class=RawExecutor)
        told = result if isinstance(result, ExecutionResult) else await result
        for error in told.errors or ():
            assert _is_a_refusal(error), f"{error}\n{query}"
        errors = sorted((error.formatted for error in told.errors or ()), key=repr)
        data = msgspec.json.decode(msgspec.json.encode(told.data))
        return {"data": _unsigned(data), "errors": errors}

    async def straight(self, query: str, viewer: Viewer) -> dict[str, Any] | None:
        """What the short way says, past the executor; None where it hands the query on."""
        document = parse(query)
        (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
        short = short_way(document, operation, catalogue)
        data = await short.answer({}, self._context(viewer, walk_all=False)) if short else None
        return {"data": _unsigned(msgspec.json.decode(data)), "errors": []} if data else None

    def _context(self, viewer: Viewer, *, walk_all: bool) -> Context:
        return Context(
            viewer=viewer,
            languages=("nl", "en"),
            database=self.database,
            ports=self.ports,
            plans=PlanCache(),
            walk_all=walk_all,
        )


def _is_a_refusal(error: GraphQLError) -> bool:
    """Whether an error is one of our own words; anything else is raised, with its cause."""
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        return "Cannot return null" not in error.message
    raise error.original_error


def _unsigned(value: Any) -> Any:
    """The answer without the signatures of links, which tell the second in which they were made."""
    match value:
        case dict():
            return {key: _unsigned(item) for key, item in value.items()}
        case list():
            return [_unsigned(item) for item in value]
        case str() if "X-Amz-Signature=" in value:
            return value.partition("?")[0]
        case _:
            return value


async def rows_of(database: Database) -> Rows:
    """What is there, read past all rules: viewers ask for what they may not read, too."""
    tables = {
        name: mark.table._meta.tablename
        for name, mark in catalogue.types.items()
        if mark.table and catalogue.named(f"{prefix(name)}{'0' * 32}")
    }
    ids = " union all ".join(
        f"""select '{name}' as type, '{prefix(name)}' || replace(id::text, '-', '') as id from "{table}\""""
        for name, table in tables.items()
    )
    slugs = " union all ".join(
        f"""select '{name}' as type, slug from "{table}\""""
        for name, table in tables.items()
        if catalogue.source(name, "slug")
    )
    found = json.loads(await database.pool.fetchval(_ROWS.format(ids=ids, slugs=slugs)))
    assert set(found["ids"]) == set(tables), "The lively network has nothing of some kind."
    return Rows(
        ids={name: tuple(of_one_type) for name, of_one_type in found["ids"].items()},
        slugs={name: tuple(of_one_type) for name, of_one_type in found["slugs"].items()},
        keys=found["keys"],
    )
