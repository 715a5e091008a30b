"""Plans are kept per document, and never for another selection than their own."""

from collections.abc import Callable

from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]


async def test_fields_that_share_a_fragment_have_their_own_plans(as_: As, network: SmallNetwork) -> None:
    """Two operations of one document that share a fragment and select more beside it each get what they selected."""
    await published_case(as_(network.olen_editor), audience={"public": True})
    document = """
      query A { case(slug: "olen-vision") { ...F } }
      query B { ...R case(slug: "olen-vision") { title { text } } }
      fragment R on Query { case(slug: "olen-vision") { ...F } }
      fragment F on Case { slug }
    """
    http = as_(None).http
    answers = [
        (await http.post("/graphql", json={"query": document, "operationName": name})).json()["data"]["case"]
        for name in ("A", "B", "A")
    ]
    slug = {"slug": "olen-vision"}
    assert answers == [slug, {**slug, "title": {"text": "Waardevolle dienstverlening"}}, slug]


async def test_the_same_fragment_under_two_names(as_: As, network: SmallNetwork) -> None:
    """Merged fields differ from those they were merged with."""
    await published_case(as_(network.olen_editor), audience={"public": True})
    query = """
      { ...A ...B }
      fragment A on Query { one: case(slug: "olen-vision") { ...F } two: case(slug: "olen-vision") { ...F kind } }
      fragment B on Query { one: case(slug: "olen-vision") { number } }
      fragment F on Case { slug }
    """
    data = await as_(None).ask(query)
    assert data["one"] == {"slug": "olen-vision", "number": 1}
    assert data["two"] == {"slug": "olen-vision", "kind": "CO_CREATION_PROJECT"}


async def test_an_old_version_closes_with_its_case(as_: As, network: SmallNetwork) -> None:
    """A version that was public is not readable once the case has been narrowed, not even by its own id."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience={"public": True})
    version = (await as_(None).ask('{ case(slug: "olen-vision") { version(number: 1) { id } } }'))["case"]["version"]
    again = 'query($id: ID!) { case(slug: "olen-vision") { title { language text } } node(id: $id) { id } }'
    assert (await as_(None).ask(again, id=version["id"]))["node"] == version
    content = {
        "title": [{"language": "nl", "text": "Tweede versie"}],
        "summary": [{"language": "nl", "text": "Kort."}],
        "challenge": [{"language": "nl", "text": "Iets."}],
        "participations": [{"organisation": "olen", "role": "OWNER"}],
        "lessons": [[{"language": "nl", "text": "Les."}]],
        "outcomes": [{"kind": "NOT_REPORTED", "indicator": [{"language": "nl", "text": "Iets"}]}],
    }
    await editor.do("editCase", {"id": case_id, "content": content, "audience": {}}, "case { id }")
    for step in ("submitCase", "publishCase"):
        await editor.do(step, {"id": case_id}, "case { id }")
    assert await as_(None).ask(again, id=version["id"]) == {"case": None, "node": None}
