"""From what stands in a bundle to GraphQL's input values, as the schema's own input types say it.

A bundle is written shorter than GraphQL in a few ways:
- a list by language (`[LocalisedTextInput!]`) is a map from language to text: `{nl: …, en: …}`; where a text needs
  more than itself, it is a map: `{en: {text: …, method: MACHINE}}`;
- an audience is a list of keys: `[public]`, `[network:<slug>]`, `[organisation:<slug>]`;
- where GraphQL wants the id of something that the same bundle holds, the bundle gives its index, from 0; the index
  is handed on as a number, and whoever sends it puts the id there.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    is_required_input_field,
)

from infra.bundles.given import Given, Problem, did_you_mean

Shape: TypeAlias = Mapping[str, GraphQLInputField]
"""The fields that a map may have."""

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"

_BY_LANGUAGE = "language"
_WHOLE = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?", re.ASCII)
_TRUTHS = {"true": True, "false": False}


def is_by_language(entry: GraphQLInputObjectType) -> bool:
    """Whether a list of these is a map by language in a bundle."""
    return _BY_LANGUAGE in entry.fields


class _Unfit(ValueError):
    """What stands somewhere does not fit its field. Says what does."""


@dataclass(slots=True)
class Conversion:
    """Converts the things of one file and keeps what is wrong, so that an author sees all of it at once."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def thing(self, given: Given, shape: Shape) -> dict[str, Value]:
        """The fields of one thing. What is wrong stands in `problems`, and the answer is then of no use."""
        try:
            return self._fields(given, shape, "a map")
        except _Unfit as error:
            self._note(given, str(error))
            return {}

    def _note(self, given: Given, message: str) -> None:
        self.problems.append(Problem(self.file, given.line, given.path, message))

    def _value(self, given: Given, to: GraphQLInputType) -> Value:
        """What is given, as a value of a type. What does not fit it is noted."""
        try:
            return self._fitting(given, to)
        except (GraphQLError, ValueError) as error:
            self._note(given, str(error))
            return None

    def _fitting(self, given: Given, to: GraphQLInputType) -> Value:
        """As `_value`; raises _Unfit, or what a scalar of the schema raises, when it does not fit."""
        if isinstance(to, GraphQLNonNull):
            if given.value is None:
                raise _Unfit("Something must stand here.")
            to = to.of_type
        if given.value is None:
            return None
        found: Value
        match to:
            case GraphQLList():
                found = self._list(given, to.of_type)
            case GraphQLInputObjectType(name="AudienceInput"):
                found = self._audience(given)
            case GraphQLInputObjectType():
                found = self._fields(given, to.fields, f"a map of {', '.join(to.fields)}")
            case GraphQLEnumType():
                found = _term(given, to)
            case GraphQLScalarType():
                found = _scalar(given, to)
            case _:
                raise TypeError(f"{to} is not an input type.")
        return found

    def _list(self, given: Given, of: GraphQLInputType) -> list[Value]:
        entry = of.of_type if isinstance(of, GraphQLNonNull) else of
        if isinstance(entry, GraphQLInputObjectType) and is_by_language(entry):
            return self._by_language(given, entry)
        if not isinstance(given.value, list):
            raise _Unfit("A list must stand here: begin each line of it with `- `, or write [a, b].")
        return [self._value(one, of) for one in given.value]

    def _by_language(self, given: Given, entry: GraphQLInputObjectType) -> list[Value]:
        if not isinstance(given.value, dict):
            raise _Unfit("Say in which language this is, such as `en: …`.")
        shape = {name: one for name, one in entry.fields.items() if name != _BY_LANGUAGE}
        # What a language stands for when it is not written as a map: the one field that cannot be left out.
        short = next(name for name, one in shape.items() if is_required_input_field(one))
        cut = next((language for language in given.value if " " in language), None)
        if cut is not None:
            raise _Unfit(f"«{cut}» is no language. Within {{…}} a comma ends a text: put the text in quotes.")
        return [
            {
                _BY_LANGUAGE: self._value(Given(language, one.line, one.path), entry.fields[_BY_LANGUAGE].type),
                **(
                    self._fields(one, shape, f"a text, or a map of {', '.join(shape)}")
                    if isinstance(one.value, dict)
                    else {short: self._value(one, shape[short].type)}
                ),
            }
            for language, one in given.value.items()
        ]

    def _fields(self, given: Given, shape: Shape, wanted: str) -> dict[str, Value]:
        if not isinstance(given.value, dict):
            raise _Unfit(f"Here must stand {wanted}.")
        fields = given.value
        for name, one in fields.items():
            if name not in shape:
                self._note(one, f"There is no such field. {did_you_mean(name, shape)}")
        for name, expected in shape.items():
            if name not in fields and is_required_input_field(expected):
                self._note(given, f"«{name}» is missing.")
        return {
            name: self._value(one, shape[name].type)
            for name, one in fields.items()
            if name in shape and (one.value is not None or is_required_input_field(shape[name]))
        }

    def _audience(self, given: Given) -> Value:
        if not isinstance(given.value, list):
            raise _Unfit("An audience is a list, such as [public] or [network:<slug>].")
        networks: list[Value] = []
        organisations: list[Value] = []
        is_public = False
        for one in given.value:
            kind, _, slug = one.value.partition(":") if isinstance(one.value, str) else ("", "", "")
            match kind, slug:
                case "public", "":
                    is_public = True
                case "network", str() if slug:
                    networks.append(slug)
                case "organisation", str() if slug:
                    organisations.append(slug)
                case _:
                    self._note(one, "Readers are written public, network:<slug> or organisation:<slug>.")
        return {"public": is_public, "networks": networks, "organisations": organisations}


# -- single values: each raises _Unfit -----------------------------------------------------------------------------


def _term(given: Given, to: GraphQLEnumType) -> str:
    if not isinstance(given.value, str):
        raise _Unfit(f"One word must stand here. {did_you_mean('', to.values)}")
    if given.value not in to.values:
        raise _Unfit(f"«{given.value}» is not known here. {did_you_mean(given.value, to.values)}")
    return given.value


def _scalar(given: Given, to: GraphQLScalarType) -> Value:
    if not isinstance(given.value, str):
        raise _Unfit("One value must stand here, not a list or a map.")
    if to.name in _SCALARS:
        return _SCALARS[to.name](given.value)
    to.parse_value(given.value)
    return given.value


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise _Unfit(f"«{text}» is not a whole number.")
    return int(text)


def _index(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise _Unfit(f"«{text}» is not an index: count from 0 in the list that this points at.")
    return int(text)


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise _Unfit(f"«{text}» is not a number. Decimals follow a point: 1.5.")
    return float(text)


def _truth(text: str) -> bool:
    if text not in _TRUTHS:
        raise _Unfit(f"«{text}» is neither true nor false.")
    return _TRUTHS[text]


_SCALARS: Mapping[str, Callable[[str], Value]] = {"Int": _whole, "ID": _index, "Float": _number, "Boolean": _truth}
"""Other scalars say themselves what they take."""
