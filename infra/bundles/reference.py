"""What each section of a bundle may hold, from the schema itself. `python -m infra.bundles.reference` prints
docs/bundle-fields.md from here.
"""  # noqa: D205 - one sentence that the command makes too long for a line

import sys
from collections.abc import Iterator, Mapping

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    get_named_type,
    is_required_input_field,
)

from infra.bundles.convert import Shape, is_by_language
from infra.bundles.sections import SHAPES

_INTRODUCTION = """\
# Fields of bundles

What the things of each section may hold. [Bundles](bundles.md) tells how a bundle is written, and what *text by
language*, *readers* and *index* mean. A field in bold cannot be left out.

This page is printed by `python -m infra.bundles.reference`.
"""

_TITLES: Mapping[str, str] = {
    "concepts": "Names of vocabularies, under which cases and practices are filed. Only a steward defines them.",
    "organisations": "Bodies. Only a steward registers them, and becomes their first administrator.",
    "networks": "Learning networks of organisations.",
    "labs": "Innovation labs.",
    "cases": "Accounts of co-creation. With an `audience` a case is published, without one it stays a draft.",
    "testRounds": "Rounds of testing with customers. A round goes as far as its fields tell.",
    "practices": "Best practices drawn from cases and rounds. With an `audience` a practice is published.",
    "events": "Meetings at which cases were shared.",
}
_SCALARS: Mapping[str, str] = {
    "String": "words",
    "Int": "whole number",
    "Float": "number",
    "Boolean": "`true` or `false`",
    "ID": "index",
    "Date": "day, such as `2019-09-25`",
    "DateTime": "time, such as `2019-09-25T09:30:00+02:00`",
}
_INDICES: Mapping[str, str] = {
    "Global ids of": "Indices of",
    "Global id of": "Index of",
    "test round's global id": "test round's index in `testRounds` of the same file",
}
"""Where GraphQL speaks of global ids, a bundle has indices."""


def page() -> str:
    """The page, in Markdown."""
    return "\n".join([_INTRODUCTION, *_sections(), *_parts()])


def _sections() -> Iterator[str]:
    for section, shape in SHAPES.items():
        yield f"## {section}\n\n{_TITLES[section]}\n"
        yield from _table(shape)


def _parts() -> Iterator[str]:
    """The maps that stand within things, each once."""
    seen: dict[str, GraphQLInputObjectType] = {}
    waiting = [one for shape in SHAPES.values() for one in shape.values()]
    while waiting:
        part = get_named_type(waiting.pop(0).type)
        if isinstance(part, GraphQLInputObjectType) and part.name not in seen and not _is_written_short(part):
            seen[part.name] = part
            waiting += part.fields.values()
    for part in sorted(seen.values(), key=_heading):
        yield f"## {_heading(part)}\n"
        yield from _table(part.fields)


def _table(shape: Shape) -> Iterator[str]:
    yield "| Field | What stands there | What it is |\n| --- | --- | --- |"
    for name, one in sorted(shape.items(), key=lambda field: not is_required_input_field(field[1])):
        shown = f"**{name}**" if is_required_input_field(one) else name
        yield f"| {shown} | {_takes(one)} | {_says(one)} |"
    yield ""


def _takes(one: GraphQLInputField) -> str:
    """In words, what a field takes."""
    lists = 0
    wanted = one.type
    while not isinstance(wanted, GraphQLEnumType | GraphQLInputObjectType) and hasattr(wanted, "of_type"):
        lists += isinstance(wanted, GraphQLList)
        wanted = wanted.of_type
    named = get_named_type(wanted)
    if isinstance(named, GraphQLInputObjectType) and is_by_language(named):
        lists -= 1
    word = _word(named)
    return word if not lists else f"list: {word}"


def _word(named: object) -> str:
    match named:
        case GraphQLInputObjectType(name="AudienceInput"):
            word = "readers"
        case GraphQLInputObjectType() if is_by_language(named):
            word = "text by language" if "text" in named.fields else "lists of words by language"
        case GraphQLInputObjectType():
            word = f"[{_heading(named)}](#{_heading(named).lower().replace(' ', '-')})"
        case GraphQLEnumType(name="LanguageCode"):
            word = "language code, such as `nl`"
        case GraphQLEnumType():
            word = ", ".join(f"`{term}`" for term in named.values)
        case _:
            word = _SCALARS[str(named)]
    return word


def _says(one: GraphQLInputField) -> str:
    says = (one.description or "").replace("|", "\\|").replace("\n", " ")
    if str(get_named_type(one.type)) == "ID":
        for global_id, index in _INDICES.items():
            says = says.replace(global_id, index)
    return says


def _is_written_short(part: GraphQLInputObjectType) -> bool:
    return part.name == "AudienceInput" or is_by_language(part)


def _heading(part: GraphQLInputObjectType) -> str:
    """`ImplementationSheetInput` as people read it: Implementation sheet."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in part.name.removesuffix("Input"))
    return words.strip().capitalize()


if __name__ == "__main__":
    sys.stdout.write(page())
