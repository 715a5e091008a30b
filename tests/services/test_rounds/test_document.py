"""A round in the search index."""

from collections.abc import Callable
from uuid import UUID

from services.test_rounds.document import document
from services.test_rounds.tables import TestRound
from services.viewer import PUBLIC, admissions, organisation_key
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.rounds import attendance, en, moved, observation, own_case, planned, running

As = Callable[[str | None], Client]


async def round_id() -> UUID:
    """The id of the only round."""
    row = await TestRound.select(TestRound.id).first()
    assert row
    found: UUID = row["id"]
    return found


async def test_a_document_says_what_the_round_says(as_: As, network: SmallNetwork) -> None:
    """Its texts are searched in their languages, filed under its organisation, and read by the round's readers."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor, problem=[*en("No papers."), {"language": "nl", "text": "Geen papieren."}])
    await moved(editor, "recordObservations", made, observations=[observation(made, "Stops at the door.")])
    found = await document(await round_id())
    assert found
    readers = {PUBLIC, organisation_key(network.olen), *admissions(found.audience)}
    assert (found.type, set(found.audience)) == ("TestRound", readers)
    assert (found.texts["en"].title, found.texts["nl"].title) == ("No papers.", "Geen papieren.")
    assert found.texts["en"].summary == "A checklist brings the papers."
    for words in ("Stops at the door.", "Office B", "Share who name every paper", "Jobseekers"):
        assert words in found.texts["en"].body
    assert found.written_in == ("en", "nl")
    facets = {facet: values for facet, values in found.facets.items() if values}
    assert facets == {
        "status": ("RUNNING",),
        "organisation": ("olen",),
        "level": ("LOCAL",),
        "country": ("BE",),
        "nuts": ("BE", "BE2", "BE21", "BE213"),
        "language": ("en", "nl"),
    }


async def test_a_document_tells_nothing_of_people(as_: As, network: SmallNetwork) -> None:
    """No alias, no quote and no number of people stands in it, hidden or not."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor, participants=[{"group": en("Jobseekers"), "planned": 7331}])
    quoted = observation(made, "Stops.", alias="Zacharias", quote=en("Zut alors!"))
    await moved(editor, "recordObservations", made, observations=[quoted])
    await moved(editor, "recordParticipants", made, participants=attendance(made, 7332))
    said = str(await document(await round_id()))
    assert "Stops." in said
    assert not [word for word in ("Zacharias", "Zut", "7331", "7332") if word in said]


async def test_there_is_no_document_of_nothing(as_: As, network: SmallNetwork) -> None:
    """A round that is gone has no document."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    await planned(editor)
    gone = await round_id()
    await TestRound.delete().where(TestRound.id == gone)
    assert await document(gone) is None
