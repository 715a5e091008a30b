"""createLab and editLab, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from services.organisations.tables import Lab, LabFormat
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork
from tests.factories.organisations import olen_admin, words

As = Callable[[str | None], Client]
NEW: dict[str, Any] = {
    "slug": "lab-olen",
    "organisation": "olen",
    "names": words("Lab Olen", "nl"),
    "founded": [
        {"value": "2013", "precision": "YEAR", "source": "a report"},
        {"value": "2014-04", "precision": "MONTH"},
    ],
    "space": words("A room in the town hall"),
    "participants": [words("Staff"), words("Citizens")],
    "formats": [
        {"name": words("Open day"), "duration": {"value": 1, "unit": "DAY"}},
        {"name": words("Clinic"), "duration": {"value": 1.5, "unit": "HOUR"}},
        {"name": words("Talk")},
    ],
}
LAB = """lab {
  id slug name { text language } organisation { slug } founded { value precision source } space { text }
  participants { text } formats { name { text } duration { value unit } } case { slug } revision
}"""


async def test_a_lab_keeps_what_is_said_of_it(as_: As, network: SmallNetwork) -> None:
    """Every field of a new lab is read again as it was given, parts in their order."""
    lab = (await as_(network.olen_editor).do("createLab", NEW, LAB))["lab"]
    assert lab.pop("id").startswith("lab_")
    assert lab == {
        "slug": "lab-olen",
        "name": {"text": "Lab Olen", "language": "nl"},
        "organisation": {"slug": "olen"},
        "founded": [
            {"value": "2013", "precision": "YEAR", "source": "a report"},
            {"value": "2014-04", "precision": "MONTH", "source": None},
        ],
        "space": {"text": "A room in the town hall"},
        "participants": [{"text": "Staff"}, {"text": "Citizens"}],
        "formats": [
            {"name": {"text": "Open day"}, "duration": {"value": 1, "unit": "DAY"}},
            {"name": {"text": "Clinic"}, "duration": {"value": 1.5, "unit": "HOUR"}},
            {"name": {"text": "Talk"}, "duration": None},
        ],
        "case": None,
        "revision": 1,
    }


async def test_a_lab_is_public_unless_its_audience_says_otherwise(as_: As, network: SmallNetwork) -> None:
    """Without an audience everyone reads a lab; with one, only its readers, on every surface."""
    editor = as_(network.olen_editor)
    await editor.do("createLab", NEW, LAB)
    await editor.do("createLab", {**NEW, "slug": "own", "audience": {}}, LAB)
    await editor.do("createLab", {**NEW, "slug": "shared", "audience": {"networks": ["learning"]}}, LAB)
    query = """{
      lab(slug: "own") { slug }
      labs(first: 9) { totalCount nodes { slug } }
      organisation(slug: "olen") { labs(first: 9) { nodes { slug } } }
    }"""
    for token, seen in (
        (None, {"lab-olen"}),
        (network.outsider, {"lab-olen"}),
        (network.pes_editor, {"lab-olen", "shared"}),
        (network.olen_reader, {"lab-olen", "shared", "own"}),
    ):
        found = await as_(token).ask(query)
        assert (found["lab"] is not None) == ("own" in seen)
        assert {one["slug"] for one in found["labs"]["nodes"]} == seen
        assert {one["slug"] for one in found["organisation"]["labs"]["nodes"]} == seen
        assert found["labs"]["totalCount"] == len(seen)


async def test_a_lab_points_at_the_case_that_tells_of_it(as_: As, network: SmallNetwork) -> None:
    """The case is shown to those who may read it, and can only be one that its author may read."""
    editor = as_(network.olen_editor)
    await published_case(editor, slug="programme", audience={"networks": ["learning"]})
    lab = (await editor.do("createLab", {**NEW, "case": "programme"}, LAB))["lab"]
    assert lab["case"] == {"slug": "programme"}
    query = '{ case(slug: "programme") { labs(first: 9) { nodes { slug } } } }'
    assert (await editor.ask(query))["case"]["labs"]["nodes"] == [{"slug": "lab-olen"}]
    query = '{ lab(slug: "lab-olen") { case { slug } } }'
    assert (await as_(network.pes_editor).ask(query))["lab"]["case"] == {"slug": "programme"}
    assert (await as_(None).ask(query))["lab"] == {"case": None}
    await published_case(as_(network.pes_editor), slug="secret", owner="arbetsformedlingen", audience={})
    for unseen in ("secret", "nothing"):
        given = {**NEW, "slug": "other", "case": unseen}
        assert await editor.refused("createLab", given) == [("NOT_FOUND", "case")]


async def test_an_edit_replaces_what_a_lab_says(as_: As, network: SmallNetwork) -> None:
    """What the edit leaves out is gone; its readers stay unless it names others."""
    editor = as_(network.olen_editor)
    lab = (await editor.do("createLab", {**NEW, "audience": {"networks": ["learning"]}}, LAB))["lab"]
    given = {"id": lab["id"], "names": words("Lab"), "formats": NEW["formats"][:1], "expectedVersion": 1}
    edited = (await editor.do("editLab", given, LAB))["lab"]
    assert (edited["name"]["text"], edited["space"], edited["founded"], edited["revision"]) == ("Lab", None, [], 2)
    assert [one["name"]["text"] for one in edited["formats"]] == ["Open day"]
    assert await LabFormat.count() == 1
    query = '{ lab(slug: "lab-olen") { slug } }'
    assert (await as_(network.pes_editor).ask(query))["lab"] == {"slug": "lab-olen"}
    assert (await as_(None).ask(query))["lab"] is None
    await editor.do("editLab", {"id": lab["id"], "names": words("Lab"), "audience": {"public": True}}, LAB)
    assert (await as_(None).ask(query))["lab"] == {"slug": "lab-olen"}
    assert await editor.refused("editLab", given) == [("CONFLICT", "expectedVersion")]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"slug": "Lab"}, "INVALID", "slug"),
        ({"slug": "taken"}, "ALREADY_EXISTS", "slug"),
        ({"organisation": "nobody"}, "NOT_FOUND", "organisation"),
        ({"names": []}, "REQUIRED", "names"),
        ({"space": words("")}, "REQUIRED", "space"),
        ({"founded": [{"value": "2013-13", "precision": "MONTH"}]}, "INVALID", "founded.0"),
        ({"participants": [words("a"), []]}, "REQUIRED", "participants.1"),
        ({"participants": [words("a")] * 101}, "TOO_LONG", "participants"),
        ({"formats": [{"name": words("a")}] * 101}, "TOO_LONG", "formats"),
        ({"formats": [{"name": words("x" * 201)}]}, "TOO_LONG", "formats.0.name"),
        (
            {"formats": [{"name": words("a"), "duration": {"value": 0, "unit": "DAY"}}]},
            "INVALID",
            "formats.0.duration",
        ),
        ({"audience": {"networks": ["nowhere"]}}, "NOT_FOUND", "audience.networks"),
    ],
)
async def test_a_lab_that_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], code: str, field: str
) -> None:
    """Each thing that is wrong is named by its field, and nothing is stored."""
    editor = as_(network.olen_editor)
    await editor.do("createLab", {**NEW, "slug": "taken"}, LAB)
    assert await editor.refused("createLab", {**NEW, **changes}) == [(code, field)]
    assert await Lab.count() == 1


async def test_only_its_editors_write_about_a_lab(as_: As, network: SmallNetwork) -> None:
    """A reader and another organisation's editor are refused; a lab that they cannot see does not exist for them."""
    editor = as_(network.olen_editor)
    lab = (await editor.do("createLab", {**NEW, "audience": {"networks": ["learning"]}}, LAB))["lab"]
    edit = {"id": lab["id"], "names": words("Mine")}
    for token in (network.olen_reader, network.pes_editor):
        assert await as_(token).refused("createLab", {**NEW, "slug": "other"}) == [("FORBIDDEN", "")]
        assert await as_(token).refused("editLab", edit) == [("FORBIDDEN", "")]
    assert await as_(network.outsider).refused("editLab", edit) == [("NOT_FOUND", "id")]
    assert await editor.refused("editLab", {**edit, "id": "lab_" + "0" * 32}) == [("NOT_FOUND", "id")]
    await as_(await olen_admin(network)).do("editLab", edit, LAB)


async def test_the_same_key_creates_once(as_: As, network: SmallNetwork) -> None:
    """A repeated request gives the lab of the first."""
    editor = as_(network.olen_editor)
    given = {**NEW, "idempotencyKey": "lab"}
    first = await editor.do("createLab", given, LAB)
    assert await editor.do("createLab", given, LAB) == first
    assert await Lab.count() == 1
