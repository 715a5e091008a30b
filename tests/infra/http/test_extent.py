"""Documents that reach too far are refused before they are validated."""

import time

import httpx
import pytest
from graphql import get_introspection_query

from infra.http.documents import MOST_TOKENS
from infra.http.extent import (
    DEEPEST,
    MOST_ALIASES,
    MOST_FIELDS,
    MOST_FRAGMENTS,
    MOST_OPERATIONS,
    MOST_REPEATS,
    MOST_ROOT_FIELDS,
)
from tests.client import Client


async def refusal(http: httpx.AsyncClient, query: str) -> tuple[str, str]:
    """The code and the message that a document is refused with."""
    response = await Client(http).send(query)
    assert response.status_code == 400, response.text
    (error,) = response.json()["errors"]
    return error["extensions"]["code"], error["message"]


def parents(levels: int) -> str:
    """An organisation and its parents: a query of so many levels of fields."""
    inner = "slug"
    for _ in range(levels - 2):
        inner = f"parent {{ {inner} }}"
    return f'{{ organisation(slug: "x") {{ {inner} }} }}'


async def test_a_query_may_be_so_deep_and_no_deeper(http: httpx.AsyncClient) -> None:
    """The deepest query is answered; one level more is refused, with the place and what to do."""
    await Client(http).ask(parents(DEEPEST))
    code, message = await refusal(http, parents(DEEPEST + 1))
    assert code == "DEPTH_LIMIT"
    assert f"level {DEEPEST + 1} below `organisation.parent" in message
    assert "by its id" in message


async def test_fragments_do_not_hide_depth(http: httpx.AsyncClient) -> None:
    """Levels are counted through fragments, and a fragment within itself ends there too."""
    middle = "parent { ...A }"
    for _ in range(DEEPEST):
        middle = f"... on Organisation {{ parent {{ {middle} }} }}"
    spread = f'query {{ organisation(slug: "x") {{ {middle} }} }} fragment A on Organisation {{ slug }}'
    assert (await refusal(http, spread))[0] == "DEPTH_LIMIT"
    endless = 'query { organisation(slug: "x") { ...A } } fragment A on Organisation { parent { ...A } }'
    assert (await refusal(http, endless))[0] == "DEPTH_LIMIT"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (" ".join(f"query Q{n} {{ __typename }}" for n in range(MOST_OPERATIONS + 1)), "51 operations; at most 50"),
        (
            "{ ...F0 }"
            + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(MOST_FRAGMENTS))
            + f" fragment F{MOST_FRAGMENTS} on Query {{ __typename }}",
            "101 fragments; at most 100",
        ),
        (f"{{ nodes(ids: [{' '.join(['1'] * 501)}]) {{ id }} }}", "501 values in lists and objects; at most 500"),
        (
            f"mutation {{ leaveNetwork(input: {{{' '.join(f'k{n}: 1' for n in range(501))}}}) {{ __typename }} }}",
            "501 values",
        ),
    ],
)
async def test_a_document_has_so_many_parts(http: httpx.AsyncClient, document: str, words: str) -> None:
    """What is compared with one another, or printed with each mistake in it, is counted before it is validated."""
    code, message = await refusal(http, document)
    assert code == "DOCUMENT_LIMIT"
    assert words in message


async def test_fragments_that_nobody_uses_are_counted(http: httpx.AsyncClient) -> None:
    """A fragment is compared with itself even if no operation spreads it."""
    code, _ = await refusal(http, f"{{ __typename }} fragment F on Case {{ {'slug ' * (MOST_REPEATS + 1)} }}")
    assert code == "FIELD_LIMIT"


async def test_operations_are_counted_together(http: httpx.AsyncClient) -> None:
    """Many operations that share big fragments are as dear to validate as one that is bigger than any may be."""
    fields = "id slug kind status number isExample createdAt publishedAt licence "
    operations = " ".join(f'query Q{n} {{ case(slug: "x") {{ ...A ...B ...C }} }}' for n in range(MOST_OPERATIONS))
    shared = " ".join(f"fragment {name} on Case {{ {fields * 8} }}" for name in "ABC")
    code, message = await refusal(http, f"{operations} {shared}")
    assert (code, "together" in message) == ("FIELD_LIMIT", True)


async def test_aliases_are_counted(http: httpx.AsyncClient) -> None:
    """So many aliases are answered; one more is refused, with both numbers."""

    def aliases(count: int) -> str:
        return '{ organisation(slug: "x") { ' + " ".join(f"a{n}: slug" for n in range(count)) + " } }"

    await Client(http).ask(aliases(MOST_ALIASES))
    code, message = await refusal(http, aliases(MOST_ALIASES + 1))
    assert code == "ALIAS_LIMIT"
    assert f"{MOST_ALIASES + 1} aliases; at most {MOST_ALIASES}" in message


async def test_root_fields_are_counted(http: httpx.AsyncClient) -> None:
    """So many fields at the root are answered; one more is refused, in fragments too."""

    def roots(count: int) -> str:
        return "query { ...R } fragment R on Query { " + " ".join(f"a{n}: __typename" for n in range(count)) + " }"

    await Client(http).ask(roots(MOST_ROOT_FIELDS))
    code, message = await refusal(http, roots(MOST_ROOT_FIELDS + 1))
    assert code == "ROOT_FIELD_LIMIT"
    assert f"{MOST_ROOT_FIELDS + 1} fields" in message


async def test_fields_are_counted_with_fragments_put_in(http: httpx.AsyncClient) -> None:
    """A few lines of fragments that multiply each other are refused at once, not after they have been put in."""
    levels = [
        f"fragment F{n} on Organisation {{ parent {{ ...F{n + 1} }} other: parent {{ ...F{n + 1} }} }}"
        for n in range(DEEPEST - 3)
    ]
    last = f"fragment F{DEEPEST - 3} on Organisation {{ slug }}"
    started = time.perf_counter()
    code, message = await refusal(http, " ".join(['{ organisation(slug: "x") { ...F0 } }', *levels, last]))
    assert code == "FIELD_LIMIT"
    assert f"more than {MOST_FIELDS:,} fields" in message
    assert time.perf_counter() - started < 1


async def test_repeated_fields_are_counted(http: httpx.AsyncClient) -> None:
    """One field may be written so often; once more is refused before all pairs are compared."""

    def repeated(count: int) -> str:
        return "{ " + "viewer { __typename } " * count + "}"

    await Client(http).ask(repeated(MOST_REPEATS))
    started = time.perf_counter()
    code, message = await refusal(http, repeated(1_900))
    assert code == "FIELD_LIMIT"
    assert "`viewer` 1900 times" in message
    assert time.perf_counter() - started < 1


async def test_tokens_are_counted(http: httpx.AsyncClient) -> None:
    """A document of very many tokens is not even parsed to its end."""
    code, message = await refusal(http, "{ " + "a " * (MOST_TOKENS + 1) + "}")
    assert code == "GRAPHQL_PARSE_FAILED"
    assert f"{MOST_TOKENS} tokens" in message


@pytest.mark.parametrize("descriptions", [True, False])
async def test_introspection_works(http: httpx.AsyncClient, descriptions: bool) -> None:  # noqa: FBT001 - a table's column
    """GraphiQL's query for the schema is within every limit."""
    query = get_introspection_query(
        descriptions=descriptions,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    assert (await Client(http).ask(query))["__schema"]["queryType"]["name"] == "Query"


async def test_introspection_does_not_turn_in_circles(http: httpx.AsyncClient) -> None:
    """Types of fields of types, which would be millions, are refused at the third turn, as docs/limits.md says."""
    inner = "name"
    for turns in range(1, 5):
        inner = f"fields {{ type {{ {inner} }} }}"
        response = await Client(http).send(f"{{ __schema {{ types {{ {inner} }} }} }}")
        assert response.status_code == (200 if turns < 3 else 400), turns
