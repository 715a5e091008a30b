import graphql
import pytest

from infra.bench.fixed import KEYRING, fixed
from infra.bench.questions import QUESTIONS, Question, same_form
from schema import schema
from services.ports import Ports

QUERIES = [question for question in QUESTIONS if not question.writes]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_what_is_asked_of_serra_is_in_its_schema(question: Question) -> None:
    """A field that is renamed breaks the suite, not a benchmark months later."""
    assert graphql.validate(schema, graphql.parse(question.serra)) == []


@pytest.mark.parametrize("question", QUERIES, ids=lambda question: question.key)
async def test_a_question_is_one_statement_for_the_limit(question: Question, ports: Ports) -> None:
    """The limit runs what Serra's compiler writes: one statement, with the viewer's keys as a value of it."""
    (statement,) = await fixed(question, {"slug": ""} if question.key == "a" else {}, ports)

    assert KEYRING in statement.values
    assert ({"variable": "slug"} in statement.values) == (question.key == "a")
    assert KEYRING not in statement.sql


def test_answers_in_two_styles_are_held_equal() -> None:
    """What differs between the two APIs by style alone is evened out; what differs in data is not."""
    serra = {"case": {"slug": "x", "createdAt": "2020-01-01T00:00:00+00:00", "title": {"text": "T"}, "status": "S"}}
    peer = {
        "case": {"slug": "x", "createdAt": "2020-01-01T00:00:00.000000+00:00", "version": {"status": "S", "title": "T"}}
    }

    assert same_form(serra) == same_form(peer)
    assert same_form(serra) != same_form({"case": {**peer["case"], "slug": "y"}})
