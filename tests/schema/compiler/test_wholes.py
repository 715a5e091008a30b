"""What a row is part of: the rule that a type is declared with, and what the compiler makes of it."""

from dataclasses import replace
from typing import Any

import pytest
from piccolo.columns import ForeignKey

from schema import catalogue, schema
from schema.compiler.bind import bind
from schema.compiler.catalogue import UndeclaredType
from schema.compiler.sources import Rule, references
from services.comments.tables import Comment


def test_a_whole_must_be_declared_by_its_audience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A type cannot be read with a whole whose readers nobody has declared: the start says which."""
    case = catalogue.object("Case").extensions["strawberry-definition"].origin
    monkeypatch.setattr(case, "__serra_declared__", replace(catalogue.declared("Case"), rule=Rule.OPEN))
    with pytest.raises(UndeclaredType, match="Comment is read with its Case"):
        bind(schema)


def test_every_subject_of_a_comment_is_its_whole() -> None:
    """A kind of subject that the table knows is one that the rule looks at: none can be forgotten."""
    keys: tuple[ForeignKey[Any], ...] = (Comment.case, Comment.test_round, Comment.practice, Comment.artefact)
    assert {references(key) for key in catalogue.declared("Comment").wholes} == {references(key) for key in keys}
