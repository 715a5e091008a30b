"""The fixed SQL of the limit: what Serra's own compiler writes for a question, and where its values come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import graphql

from infra.bench.questions import LANGUAGES, Question
from schema import schema
from schema.compiler.run import Context, PlanCache, RawExecutor
from schema.languages import wanted
from services.ports import Ports
from services.viewer import Viewer

KEYRING = "the keyring"
"""Stands where the viewer's keyring goes; `{"variable": name}` where a variable does. All else is the value itself."""
_MARK = "the variable "


@dataclass(frozen=True, slots=True)
class Fixed:
    """One statement, and its values by place."""

    sql: str
    values: list[Any]


@dataclass(slots=True)
class _Listener:
    """Stands where the database is, and notes what it is asked."""

    heard: list[Fixed] = field(default_factory=list)

    async def fetch_json(self, statement: str, values: list[Any]) -> str | None:
        self.heard.append(Fixed(statement, [_place(value) for value in values]))
        return None


async def fixed(
    question: Question, variables: Mapping[str, Any], ports: Ports, *, reads_little: bool = False
) -> list[Fixed]:
    """The statements of a query whose variables are all text, as they are for those who may read much, or little."""
    listener = _Listener()
    context = Context(
        viewer=Viewer(keyring=(KEYRING,)),
        languages=wanted(LANGUAGES),
        database=listener,
        ports=ports,
        plans=PlanCache(),
        reads_little=reads_little,
    )
    result = graphql.execute(
        schema,
        graphql.parse(question.serra),
        context_value=context,
        variable_values={name: _MARK + name for name in variables},
        executor_class=RawExecutor,
    )
    if not isinstance(result, graphql.ExecutionResult):
        await result
    return listener.heard


def _place(value: Any) -> Any:
    if value == [KEYRING]:
        return KEYRING
    if isinstance(value, str) and value.startswith(_MARK):
        return {"variable": value.removeprefix(_MARK)}
    return value
