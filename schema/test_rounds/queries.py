"""Reads of test rounds."""

import strawberry

from schema.compiler.declare import by_id
from schema.test_rounds.types import TestRound


@strawberry.type
class TestRoundQueries:
    """The part of Query that is about test rounds."""

    test_round: TestRound | None = by_id("TestRound", "The round of a global id.")
