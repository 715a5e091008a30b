"""The stories of the people Serra is for, over HTTP, with the demo's tokens."""

from datetime import date, timedelta
from typing import Any

from tests.end_to_end.running import Running

OLEN = "olen-service-vision"
GREENHOUSE = "greenhouse-technique"


def nl(text: str) -> list[dict[str, str]]:
    return [{"language": "nl", "text": text}]


def en(text: str) -> list[dict[str, str]]:
    return [{"language": "en", "text": text}]


def content(title: list[dict[str, str]]) -> dict[str, Any]:
    """The least that can be published by the Swedish PES."""
    return {
        "title": title,
        "summary": title,
        "challenge": title,
        "participations": [{"organisation": "arbetsformedlingen", "role": "OWNER"}],
        "lessons": [title],
        "outcomes": [{"kind": "NOT_YET_KNOWN", "indicator": title}],
    }


def test_u1_a_case_is_published_in_dutch_and_then_in_english(serra: Running) -> None:
    """Published in nl, then in en as its second version; asking for fr returns one of them, marked as a fallback."""
    given = {
        "slug": "story-one",
        "kind": "CO_CREATION_PROJECT",
        "owner": "arbetsformedlingen",
        "audience": {"public": True},
        "content": content(nl("Dienstverlening met waarde")),
    }
    case_id = serra.do("lab_editor", "draftCase", given, "case { id }")["case"]["id"]
    for step in ("submitCase", "publishCase"):
        serra.do("lab_editor", step, {"id": case_id}, "case { id }")
    both = [*nl("Dienstverlening met waarde"), *en("Service with value")]
    serra.do("lab_editor", "editCase", {"id": case_id, "content": content(both)}, "case { id }")
    title = (
        "query($slug: String!, $lang: LanguageCode) { case(slug: $slug) { number title(lang: $lang) {"
        " text language isFallback method } } }"
    )
    before = serra.ask(None, title, slug="story-one", lang="en")["case"]
    assert before == {
        "number": 1,
        "title": {
            "text": "Dienstverlening met waarde",
            "language": "nl",
            "isFallback": True,
            "method": "SOURCE",
        },
    }
    for step in ("submitCase", "publishCase"):
        serra.do("lab_editor", step, {"id": case_id}, "case { id }")
    english = serra.ask(None, title, slug="story-one", lang="en")["case"]
    assert english == {
        "number": 2,
        "title": {"text": "Service with value", "language": "en", "isFallback": False, "method": "HUMAN"},
    }
    french = serra.ask(None, title, slug="story-one", lang="fr")["case"]["title"]
    assert french["isFallback"]
    assert french["language"] in {"nl", "en"}
    first = serra.ask(None, '{ case(slug: "story-one") { version(number: 1) { title { language } status } } }')
    assert first["case"]["version"] == {"title": {"language": "nl"}, "status": "SUPERSEDED"}


def planned_round(serra: Running, **changes: Any) -> dict[str, Any]:
    """A round of the Swedish PES on its Greenhouse case, at three offices."""
    given = {
        "case": GREENHOUSE,
        "organisation": "arbetsformedlingen",
        "problem": en("People do not understand the letter."),
        "hypothesis": en("A letter of one page is understood by nine in ten."),
        "prototypeVersion": "0.3",
        "window": {"start": "2027-01-11", "end": "2027-01-22"},
        "retainUntil": str(date.today() + timedelta(days=90)),  # noqa: DTZ011 - a day, wherever the test runs
        "sites": [{"name": en(f"Office {place}")} for place in ("North", "South", "West")],
        "criteria": [{"statement": en("Nine in ten can say what to do next.")}],
        "participants": [{"site": 0, "group": en("Jobseekers"), "planned": 12}],
        **changes,
    }
    selection = "testRound { id status sites { id } criteria { id } }"
    return dict(serra.do("lab_editor", "planTestRound", given, selection)["testRound"])


def test_u2_registration_freezes_a_hypothesis(serra: Running) -> None:
    """After registration an edit of the hypothesis is refused; a dated deviation beside it is accepted."""
    made = planned_round(serra)
    serra.do("lab_editor", "registerTestRound", {"id": made["id"]}, "testRound { status }")
    edit = {"id": made["id"], "hypothesis": en("Another hypothesis.")}
    refused = serra.change("lab_editor", "editTestRound", edit, "testRound { id }")
    assert [(e["code"], e["field"]) for e in refused["userErrors"]] == [("FROZEN", ["hypothesis"])]
    deviation = {
        "id": made["id"],
        "field": "HYPOTHESIS",
        "change": en("A letter of two pages."),
        "reason": en("The law asks for a second page."),
    }
    serra.do("lab_editor", "recordDeviation", deviation, "testRound { id }")
    shown = serra.ask(
        "lab_editor",
        "query($id: ID!) { testRound(id: $id) { hypothesis { text }"
        " deviations { field change { text } reason { text } at } } }",
        id=made["id"],
    )["testRound"]
    assert shown["hypothesis"]["text"] == "A letter of one page is understood by nine in ten."
    (recorded,) = shown["deviations"]
    assert (recorded["field"], recorded["change"]["text"]) == ("HYPOTHESIS", "A letter of two pages.")
    assert recorded["at"]


def test_u3_a_round_at_three_offices_ends_with_verdicts_and_a_decision(serra: Running) -> None:
    """Concluding needs a verdict per criterion per site, and a decision."""
    made = planned_round(serra)
    round_id, criterion = made["id"], made["criteria"][0]["id"]
    for step in ("registerTestRound", "startTestRound", "beginAnalysis"):
        serra.do("lab_editor", step, {"id": round_id}, "testRound { status }")
    early = {"id": round_id, "decision": "ITERATE", "decisionReason": en("Too long still.")}
    missing = serra.change("lab_editor", "concludeTestRound", early, "testRound { id }")
    assert len(missing["userErrors"]) == len(made["sites"])
    verdicts = [
        {"criterion": criterion, "site": site["id"], "verdict": verdict}
        for site, verdict in zip(made["sites"], ("MET", "NOT_MET", "PARTLY_MET"), strict=True)
    ]
    serra.do("lab_editor", "recordVerdicts", {"id": round_id, "verdicts": verdicts}, "testRound { id }")
    undecided = serra.change("lab_editor", "concludeTestRound", {"id": round_id}, "testRound { id }")
    assert "REQUIRED" in {error["code"] for error in undecided["userErrors"]}
    done = serra.do("lab_editor", "concludeTestRound", early, "testRound { status decision }")
    assert done["testRound"] == {"status": "CONCLUDED", "decision": "ITERATE"}


def test_u6_local_bodies_in_flanders(serra: Running) -> None:
    """LOCAL and NUTS BE2 lead to Olen's case and to no other, in the list and in the search."""
    listed = serra.ask(
        "municipality_reader",
        '{ cases(first: 20, filter: {level: [LOCAL], nuts: "BE2"}) { totalCount nodes { slug } } }',
    )["cases"]
    assert listed == {"totalCount": 1, "nodes": [{"slug": OLEN}]}
    found = serra.eventually(
        "municipality_reader",
        '{ search(query: "", filter: {type: ["Case"], level: ["LOCAL"], nuts: ["BE2"]}) {'
        " edges { node { ... on Case { slug } } } } }",
        until=lambda data: data["search"]["edges"],
    )["search"]
    assert found["edges"] == [{"node": {"slug": OLEN}}]


def test_u8_an_adoption_counts_once_its_value_is_confirmed(serra: Running) -> None:
    """An ADAPTED adoption tells the publisher; the spread rises only at VALUE_CONFIRMED."""
    spread = '{ practice(slug: "involve-customers-in-every-stage") { id spread } }'
    before = serra.ask("municipality_reader", spread)["practice"]
    given = {
        "subject": before["id"],
        "organisation": "sample-municipality-nord",
        "mode": "ADAPTED",
        "stage": "IMPLEMENTED",
        "changes": en("With citizens instead of jobseekers."),
    }
    adoption = serra.do("municipality_reader", "recordAdoption", given, "adoption { id }")["adoption"]
    assert serra.ask("municipality_reader", spread)["practice"]["spread"] == before["spread"]
    serra.eventually(
        "lab_editor",
        "{ viewer { notifications(first: 20) { nodes { kind } } } }",
        until=lambda data: "ADOPTION_RECORDED" in str(data),
    )
    step = {"id": adoption["id"], "stage": "VALUE_CONFIRMED", "evidence": en("Fewer questions at the counter.")}
    serra.do("municipality_reader", "advanceAdoption", step, "adoption { stage }")
    assert serra.ask("municipality_reader", spread)["practice"]["spread"] == before["spread"] + 1


COMMENTS = """
query($slug: String!) {
  case(slug: $slug) {
    id
    testRounds(first: 10) { nodes { id isExample comments(first: 50) { nodes { body organisation { slug } } } } }
  }
}
"""


def test_a_reviewer_comments_on_the_greenhouse_round(serra: Running) -> None:
    """A reviewer of another organisation comments on the example round, and the lab's editor sees it."""
    rounds = serra.ask("peer_reviewer", COMMENTS, slug=GREENHOUSE)["case"]["testRounds"]["nodes"]
    example = next(one for one in rounds if one["isExample"])
    body = "Was the third office open to people in a wheelchair?"
    given = {"subject": example["id"], "body": body, "language": "en"}
    serra.do("peer_reviewer", "addComment", given, "comment { id }")
    seen = serra.ask("lab_editor", COMMENTS, slug=GREENHOUSE)["case"]["testRounds"]["nodes"]
    comments = next(one for one in seen if one["id"] == example["id"])["comments"]["nodes"]
    assert {"body": body, "organisation": {"slug": "sample-review-institute"}} in comments


def test_u14_a_comment_gives_no_power_to_decide(serra: Running) -> None:
    """Whoever may comment on a case can neither edit it nor move it on."""
    case_id = serra.ask("peer_reviewer", '{ case(slug: "greenhouse-technique") { id } }')["case"]["id"]
    given = {"subject": case_id, "body": "What did it cost?"}
    serra.do("peer_reviewer", "addComment", given, "comment { id }")
    for step in ("submitCase", "publishCase", "withdrawCase", "archiveCase"):
        refused = serra.change("peer_reviewer", step, {"id": case_id}, "case { id }")
        assert [error["code"] for error in refused["userErrors"]] == ["FORBIDDEN"], step
    edit = {"id": case_id, "content": content(en("Mine now"))}
    refused = serra.change("peer_reviewer", "editCase", edit, "case { id }")
    assert [error["code"] for error in refused["userErrors"]] == ["FORBIDDEN"]
