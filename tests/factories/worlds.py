"""A small world with something of every kind in it, for tests that ask for everything."""

from typing import Any

import httpx

from services.invitations.tables import Invitation
from services.organisations.tokens import secret_hash
from tests.client import Client
from tests.factories.artefacts import sent_file, stored_file
from tests.factories.cases import drafted_case, published_case
from tests.factories.comments import commented, person_id
from tests.factories.events import recorded
from tests.factories.network import SmallNetwork, small_network
from tests.factories.organisations import invited, pes_admin
from tests.factories.practices import adopted, confirmed, published_practice
from tests.factories.reviews import VERDICT, accepted, requested
from tests.factories.rounds import ROUND, attendance, en, moved, observation, planned, running, verdicts
from tests.factories.sharing import asked, guest_invited

LINK = "the secret of the link that is left lying in the lively network"
PUBLIC = {"public": True}
WITHIN = {"networks": ["learning"]}


async def lively_network(http: httpx.AsyncClient) -> SmallNetwork:
    """The small network at work: some things are public, some the network's, some their organisation's alone.

    Follow-ups are left to the caller: until they ran, nothing is found by search and nobody is notified.
    """
    network = await small_network()
    olen, pes, reviewer = (Client(http, token) for token in (network.olen_editor, network.pes_editor, network.reviewer))
    await _vocabulary(Client(http, network.steward))
    case = await published_case(olen, audience=PUBLIC)
    shared = await published_case(olen, slug="olen-shared", audience=WITHIN)
    own = await published_case(olen, slug="olen-own")
    await guest_invited(olen, own)
    await asked(Client(http, network.outsider), "olen-own")
    await drafted_case(pes, slug="pes-draft", owner="arbetsformedlingen")
    await _lab(olen)
    concluded = await _concluded(olen)
    await planned(olen, audience=WITHIN)
    practice = await published_practice(olen, audience=PUBLIC)
    await adopted(pes, case, audience=WITHIN)
    await confirmed(pes, practice)
    event = await recorded(pes)
    for subject in (case, practice, concluded):
        first = await commented(pes, subject)
        await commented(olen, subject, "All of those who came.", replyTo=first)
    await commented(reviewer, shared, "Within the network.", audience=WITHIN)
    review = await accepted(olen, reviewer, case)
    await reviewer.do("submitReview", {"id": review, **VERDICT}, "review { id }")
    await requested(olen, shared)
    for subject in (case, concluded, event):
        await stored_file(pes if subject == event else olen, subject=subject)
    await sent_file(olen, subject=shared)
    await _invited(Client(http, await pes_admin(network)))
    return network


async def _invited(facilitator: Client) -> None:
    """People's invitations that wait, and an organisation's that was taken back: so that it shows nothing."""
    given = {"organisation": "arbetsformedlingen", "role": "EDITOR"}
    await facilitator.do("inviteMember", {**given, "email": "ann@example.org"}, "__typename")
    await Invitation.update({Invitation.secret_hash: secret_hash(LINK)}).where(Invitation.email == "ann@example.org")
    await facilitator.do("inviteMember", {**given, "person": await person_id("Reviewer")}, "__typename")
    await facilitator.do("withdrawNetworkProposal", {"id": await invited(facilitator)}, "__typename")


async def _vocabulary(steward: Client) -> None:
    concepts = [
        {"scheme": "method", "notation": notation, "prefLabel": en(notation.title())}
        for notation in ("interview", "observation", "survey")
    ]
    await steward.do("defineConcepts", {"concepts": concepts}, "__typename")


async def _lab(editor: Client) -> None:
    given: dict[str, Any] = {
        "slug": "lab-olen",
        "organisation": "olen",
        "names": [{"language": "nl", "text": "Lab Olen"}],
        "founded": [{"value": "2013", "precision": "YEAR", "source": "a report"}],
        "participants": [en("Staff"), en("Citizens")],
        "formats": [{"name": en("Open day"), "duration": {"value": 1.5, "unit": "HOUR"}}, {"name": en("Talk")}],
    }
    await editor.do("createLab", given, "lab { id }")


async def _concluded(editor: Client) -> str:
    """A concluded public round in which something was observed and found; gives its global id."""
    made = await running(editor, audience=PUBLIC)
    batch = [observation(made, words, site) for site, words in enumerate(("First", "Second", "Third"))]
    await editor.do("recordObservations", {"id": made["id"], "observations": batch}, "__typename")
    await editor.do("recordParticipants", {"id": made["id"], "participants": attendance(made, 3, 5, 4, 8, 5, 2)}, ROUND)
    await moved(editor, "beginAnalysis", made)
    findings = [{"statement": en("The word is misread."), "state": "NEW", "action": en("Another word.")}]
    await editor.do("recordFindings", {"id": made["id"], "findings": findings}, "__typename")
    await moved(editor, "recordVerdicts", made, verdicts=verdicts(made))
    await moved(editor, "concludeTestRound", made, decision="SCALE", decisionReason=en("It works."))
    global_id: str = made["id"]
    return global_id
