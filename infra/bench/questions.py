"""What is asked, in Serra's words and in the peer's, and what counts as the same answer."""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from infra.bench.world import Person, World

LANGUAGES = "nl,en;q=0.8"
"""What every request prefers; every text is there in both, and in no third language."""
REQUESTS_MADE = 2_000
_SEED = 20

_SERRA_ONE = """\
query One($slug: String!) {
  case(slug: $slug) {
    slug kind createdAt status publishedAt licence
    title { text } summary { text } challenge { text }
    owner { slug kind country name { text } }
  }
}"""
_PEER_ONE = """\
query One($slug: String!) {
  case: caseBySlug(slug: $slug) {
    slug kind createdAt
    version: currentVersion {
      status publishedAt licence
      title: titleText(first: "nl", second: "en")
      summary: summaryText(first: "nl", second: "en")
      challenge: challengeText(first: "nl", second: "en")
    }
    owner: organisationByOwner { slug kind country name: nameText(first: "nl", second: "en") }
  }
}"""
_SERRA_MANY = """\
query Many {
  cases(first: 50) {
    nodes {
      slug kind createdAt status publishedAt licence title { text } summary { text }
      owner { slug country name { text } }
    }
  }
}"""
_PEER_MANY = """\
query Many {
  cases(first: 50, orderBy: [LISTED_AT_DESC, ROW_ID_DESC]) {
    nodes {
      slug kind createdAt
      version: currentVersion {
        status publishedAt licence
        title: titleText(first: "nl", second: "en")
        summary: summaryText(first: "nl", second: "en")
      }
      owner: organisationByOwner { slug country name: nameText(first: "nl", second: "en") }
    }
  }
}"""
_SERRA_DEEP = """\
query Deep {
  cases(first: 20) {
    nodes {
      slug title { text }
      testRounds(first: 3, orderBy: NUMBER) {
        nodes {
          number status hypothesis { text }
          comments(first: 2) { nodes { body createdAt author { name } } }
        }
      }
    }
  }
}"""
_PEER_DEEP = """\
query Deep {
  cases(first: 20, orderBy: [LISTED_AT_DESC, ROW_ID_DESC]) {
    nodes {
      slug
      version: currentVersion { title: titleText(first: "nl", second: "en") }
      testRounds: testRoundsByCase(first: 3, orderBy: [NUMBER_ASC]) {
        nodes {
          number status hypothesis: hypothesisText(first: "nl", second: "en")
          comments: commentsByTestRound(first: 2, orderBy: [CREATED_AT_ASC, ROW_ID_ASC]) {
            nodes { body createdAt author: personByAuthor { name } }
          }
        }
      }
    }
  }
}"""
_SERRA_ADD = """\
mutation Add($round: ID!, $body: String!) {
  addComment(input: { subject: $round, body: $body, language: en }) {
    comment { body language author { name } }
    userErrors { field code message }
  }
}"""
_PEER_ADD = """\
mutation Add($comment: CommentInput!) {
  addComment: createComment(input: { comment: $comment }) {
    comment { body language author: personByAuthor { name } }
  }
}"""


@dataclass(frozen=True, slots=True)
class Question:
    """One of the four."""

    key: str
    title: str
    field: str
    serra: str
    peer: str

    @property
    def writes(self) -> bool:
        """Whether each request leaves a row behind."""
        return self.serra.startswith("mutation")


QUESTIONS = (
    Question("a", "one case with its organisation", "case", _SERRA_ONE, _PEER_ONE),
    Question("b", "50 cases × 8 fields with organisation", "cases", _SERRA_MANY, _PEER_MANY),
    Question("c", "20 cases, 3 rounds each, 2 comments each with author", "cases", _SERRA_DEEP, _PEER_DEEP),
    Question("d", "add a comment", "addComment", _SERRA_ADD, _PEER_ADD),
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of one person: the variables that Serra takes, and those that the peer takes."""

    person: Person
    serra: Mapping[str, Any]
    peer: Mapping[str, Any]


async def asks(question: Question, world: World) -> list[Ask]:
    """The same asks for every contender, 200 people in turn, each of something that they may read."""
    chance = random.Random(_SEED)
    connection = await asyncpg.connect(world.servers.database_url)
    try:
        places = [chance.randrange(world.cases) for _ in range(2 * REQUESTS_MADE)]
        rows = [dict(row) for row in await connection.fetch(_SUBJECTS, [f"case-{place}" for place in places])]
    finally:
        await connection.close()
    made = []
    for turn in range(REQUESTS_MADE):
        person = world.people[turn % len(world.people)]
        row = chance.choice(rows)
        while set(person.keyring).isdisjoint(row["audience"]):
            row = chance.choice(rows)
        made.append(_ask(question, person, row, turn))
    return made


_SUBJECTS = """
    select c.slug, c.audience, r.id::text as round from "case" c join test_round r on r."case" = c.id and r.number = 1
    where c.slug = any($1) order by c.slug
"""


def _ask(question: Question, person: Person, row: Mapping[str, Any], turn: int) -> Ask:
    if question.key == "a":
        return Ask(person, {"slug": row["slug"]}, {"slug": row["slug"]})
    if not question.writes:
        return Ask(person, {}, {})
    body = f"What we saw at the counter bears this out, {turn} times over. " + "It helps to tell people why. " * 5
    comment = {
        "testRound": row["round"],
        "subjectVersion": 1,
        "author": person.id,
        "organisation": person.organisation,
        "body": body.strip(),
        "language": "en",
        "audience": list(row["audience"]),
    }
    return Ask(
        person,
        {"round": "test_round_" + row["round"].replace("-", ""), "body": body.strip()},
        {"comment": comment},
    )


def request(port: int, person: Person, body: bytes) -> bytes:
    """An HTTP request, whole."""
    head = (
        "POST /graphql HTTP/1.1",
        f"host: 127.0.0.1:{port}",
        "content-type: application/json",
        "accept: application/json",
        f"accept-language: {LANGUAGES}",
        f"authorization: Bearer {person.token}",
        f"content-length: {len(body)}",
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def graphql_body(document: str, variables: Mapping[str, Any]) -> bytes:
    """The body of a GraphQL request."""
    return json.dumps({"query": document, "variables": variables}).encode()


def same_form(answer: Any) -> Any:
    """An answer without what only the two APIs' styles make different, so that equal data are equal."""
    match answer:
        case {"text": text}:
            return text
        case str():  # the peer writes instants with six decimals, PostgreSQL's own JSON with those that there are
            return answer.replace(".000000+00:00", "+00:00")
        case dict():
            return dict(sorted(_fields(answer)))
        case list():
            return [same_form(item) for item in answer]
        case _:
            return answer


def _fields(answer: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in answer.items():
        if key == "version":
            yield from _fields(value)
        elif key != "userErrors":
            yield key, same_form(value)
