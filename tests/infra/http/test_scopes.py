"""What a token without READ is told by its mutations: what it wrote, and nothing that this leads to."""

from collections.abc import Callable, Iterator

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    OperationDefinitionNode,
    get_named_type,
    is_leaf_type,
    parse,
    validate,
)

from infra.http.scopes import leads_further
from schema import catalogue, schema
from services.comments.tables import Comment
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork
from tests.factories.organisations import words

As = Callable[[str | None], Client]
assert schema.mutation_type is not None
MUTATIONS = schema.mutation_type.fields
LINKS = {"downloadUrl"}


def further(mutation: str, selection: str, more: str = "") -> str | None:
    """By which field a mutation with that selection of its payload asks further."""
    (argument,) = MUTATIONS[mutation].args.values()
    document = parse(f"mutation($input: {argument.type}) {{ {mutation}(input: $input) {{ {selection} }} }} {more}")
    assert not validate(schema, document)
    (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return leads_further(catalogue, document, operation)


def below(of: GraphQLNamedType, depth: int) -> Iterator[tuple[list[str], GraphQLField]]:
    """The fields below a type, with the names that lead to each, as far down as `depth`."""
    fields = of.fields if isinstance(of, GraphQLObjectType | GraphQLInterfaceType) else {}
    for name, field in fields.items():
        if any(str(one.type).endswith("!") for one in field.args.values()):
            continue
        yield [name], field
        if depth > 1:
            for path, inner in below(get_named_type(field.type), depth - 1):
                yield [name, *path], inner


def is_another_thing(to: GraphQLNamedType) -> bool:
    """Whether a type is of things with an address, of lists of such, or of everything that somebody has."""
    if isinstance(to, GraphQLInterfaceType | GraphQLUnionType) or to.name in {"Viewer", "Membership"}:
        return True
    return isinstance(to, GraphQLObjectType) and ("id" in to.fields or "nodes" in to.fields)


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_no_payload_leads_to_another_thing(mutation: str) -> None:
    """Of each mutation's payload, every way to another thing is refused, and every value of what was changed is not."""
    payload = get_named_type(MUTATIONS[mutation].type)
    for path, field in below(payload, 3):
        types, at = [], payload
        for name in path:
            assert isinstance(at, GraphQLObjectType | GraphQLInterfaceType)
            at = get_named_type(at.fields[name].type)
            types.append(at)
        leaf = is_leaf_type(get_named_type(field.type))
        selection = " { ".join(path) + (" " if leaf else " { __typename }") + " }" * (len(path) - 1)
        leads_on = types[0].name == "Viewer" or any(map(is_another_thing, types[1:])) or path[-1] in LINKS
        if leads_on:
            assert further(mutation, selection) is not None, path
        elif leaf and len(path) == 2 and path[-1] != "spread":
            assert further(mutation, selection) is None, path


@pytest.mark.parametrize(
    ("mutation", "selection", "more", "field"),
    [
        ("addComment", "comment { id body createdAt } userErrors { field code message }", "", None),
        ("addComment", "__typename comment { __typename ... on Node { id } }", "", None),
        ("draftCase", "case { title { text } phases { __typename } start { __typename } }", "", None),
        ("draftCase", "case { spread }", "", "draftCase.case.spread"),
        ("addComment", "comment { subject { __typename } }", "", "addComment.comment.subject"),
        (
            "addComment",
            "...A",
            "fragment A on AddCommentPayload { comment { x: author { id } } }",
            "addComment.comment.author",
        ),
        ("addComment", "comment { replies { totalCount } }", "", "addComment.comment.replies"),
        ("markNotificationsRead", "viewer { email }", "", "markNotificationsRead.viewer"),
        ("exportMyData", "dataExport { askedAt downloadUrl }", "", "exportMyData.dataExport.downloadUrl"),
        ("createLab", "lab { organisation { members { totalCount } } }", "", "createLab.lab.organisation"),
        ("startUpload", "artefact { id } version { number } upload { url headers { name value } }", "", None),
    ],
)
def test_it_names_the_field_that_leads_further(mutation: str, selection: str, more: str, field: str | None) -> None:
    """By its names, whatever it is called in the answer and in whichever fragment it stands."""
    assert further(mutation, selection, more) == field


async def test_nothing_is_done_that_asks_further(as_: As, network: SmallNetwork) -> None:
    """The refusal comes before the change, and says what to leave out; without it the change is made and told."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience={"public": True})
    new = {"label": "blind", "scopes": ["REVIEW", "WRITE"], "expiresInDays": 1}
    blind = as_((await editor.do("issueToken", new, "secret"))["secret"])
    add = "mutation($i: AddCommentInput!) { addComment(input: $i) { comment { %s } userErrors { code } } }"
    given = {"subject": case_id, "body": "Written without reading."}
    refused = await blind.send(add % "id subject { ... on Case { owner { slug } } }", i=given)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]["code"]) == (403, "SCOPE_MISSING")
    assert "«addComment.comment.subject»" in error["message"]
    assert await Comment.count() == 0
    answered = await blind.ask(add % "body", i=given)
    assert answered["addComment"] == {"comment": {"body": given["body"]}, "userErrors": []}
    everything = await blind.send("mutation { markNotificationsRead(input: {ids: []}) { viewer { email } } }")
    assert (everything.status_code, everything.json()["errors"][0]["extensions"]["code"]) == (403, "SCOPE_MISSING")
    lab = {"slug": "lab", "organisation": "olen", "names": words("Lab")}
    assert (await blind.do("createLab", lab, "lab { slug name { text } }"))["lab"]["slug"] == "lab"
    assert await blind.ask("mutation { markNotificationsRead(input: {ids: []}) { userErrors { code } } }")
