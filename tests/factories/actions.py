"""Every action on a thing that the matrix of permissions tries."""

from collections.abc import Mapping
from typing import Any

from tests.client import Client
from tests.factories.comments import person_id
from tests.factories.permissions import (
    CONTACT,
    OPENED,
    PRACTICE_OPENED,
    PRACTICE_PUBLISHED,
    PUBLISHED,
    TEXT,
    WITHIN,
    Action,
    Given,
    World,
    admission_of,
    adopting,
    adopting_practice,
    adoption_of,
    case_of,
    edited_file_of,
    file_of,
    next_file_of,
    on_case,
    on_comment,
    on_practice,
    on_review,
    on_round,
    on_subject,
    planning,
    practice_of,
    request_of,
    review_accepted,
    review_asked,
    reviewing,
    upload_of,
    uploading,
    version_of,
)
from tests.factories.practices import practice_content
from tests.factories.reviews import VERDICT
from tests.factories.rounds import (
    ALDERS_CONSENT,
    RETAIN_UNTIL,
    analysing,
    en,
    observation,
    planned,
    registered,
    running,
    verdicts,
)
from tests.factories.sharing import SOON


def _attendance(made: Given) -> list[Given]:
    return [{"group": group["id"], "actual": 6} for group in made["participants"]]


async def _judged(client: Client, **given: Any) -> Given:
    made = await analysing(client, **given)
    await client.do("recordVerdicts", {"id": made["id"], "verdicts": verdicts(made)}, "testRound { id }")
    return made


async def _consented(client: Client, **given: Any) -> Given:
    made = await registered(client, **given)
    await client.do("recordConsent", {"id": made["id"], **ALDERS_CONSENT}, "testRound { id }")
    return made


async def _editing_practice(world: World) -> Given:
    text = practice_content(sources=[{"case": world.slug}])
    return {"id": await practice_of(world, *PRACTICE_OPENED), "content": text}


async def _inviting(world: World) -> Given:
    return {"case": (await case_of(world, *PUBLISHED))[1], "person": await person_id("Reviewer"), "until": SOON}


SAID: Given = {"body": "Well done."}
FOUND = [{"statement": en("The word is misread."), "state": "NEW", "action": en("Another word.")}]
CHANGED: Given = {"field": "SITES", "change": en("One closed early."), "reason": en("Rain.")}
DECIDED: Given = {"decision": "SCALE", "decisionReason": en("It works.")}

ACTIONS: Mapping[str, tuple[Action, ...]] = {
    "A case that is shared with a network": (
        Action("read", on_case(*OPENED)),
        Action("editCase", on_case(*OPENED, content=TEXT)),
        Action("submitCase", on_case(*OPENED)),
        Action("startCaseReview", on_case(*OPENED, "submitCase")),
        Action("requestCaseChanges", on_case(*OPENED, "submitCase", note="More.")),
        Action("publishCase", on_case(*OPENED, "submitCase")),
        Action("withdrawCase", on_case(*OPENED)),
        Action("archiveCase", on_case(*PUBLISHED)),
        Action("unarchiveCase", on_case(*PUBLISHED, "archiveCase")),
        Action("shareCase", on_case(*PUBLISHED, audience=WITHIN)),
        Action("removeContact", on_case(*PUBLISHED, thing="case", name=CONTACT), "case"),
        Action("inviteGuest", _inviting, "case"),
        Action(
            "admitOrganisation", on_case(*PUBLISHED, thing="case", organisation="outside-agency", until=SOON), "case"
        ),
        Action("endAdmission", admission_of),
        Action("answerAccessRequest", request_of),
        Action("addComment", on_subject(lambda world: world.case, **SAID), "subject"),
        Action("requestReview", reviewing(on_case(*PUBLISHED)), "subject"),
        Action("startUpload", uploading, "subject"),
        Action("planTestRound", planning, "case", speaks=True),
        Action("recordAdoption", adopting, "subject", speaks=True),
    ),
    "A case in draft": (
        Action("read", on_case()),
        Action("editCase", on_case(content=TEXT)),
        Action("submitCase", on_case()),
        Action("withdrawCase", on_case()),
        Action("shareCase", on_case(audience=WITHIN)),
        Action("removeContact", on_case(thing="case", name=CONTACT), "case"),
        Action("addComment", on_subject(on_case(), **SAID), "subject"),
        Action("requestReview", reviewing(on_case()), "subject"),
    ),
    "A test round that its case's owner runs, read by the case's readers": (
        Action("read", on_round(planned)),
        Action("editTestRound", on_round(planned, hypothesis=en("Another one."))),
        Action("registerTestRound", on_round(planned)),
        Action("recordDeviation", on_round(registered, **CHANGED)),
        Action("startTestRound", on_round(registered, retainUntil=RETAIN_UNTIL)),
        Action("recordConsent", on_round(registered, **ALDERS_CONSENT)),
        Action("withdrawConsent", on_round(_consented, alias="Alder")),
        Action("recordObservations", on_round(running, observations=lambda made: [observation(made, "Smiles.")])),
        Action("recordParticipants", on_round(running, participants=_attendance)),
        Action("beginAnalysis", on_round(running)),
        Action("recordFindings", on_round(analysing, findings=FOUND)),
        Action("recordVerdicts", on_round(analysing, verdicts=verdicts)),
        Action("concludeTestRound", on_round(_judged, **DECIDED)),
        Action("cancelTestRound", on_round(planned, reason=en("No time."))),
        Action("shareTestRound", on_round(planned, audience=WITHIN)),
        Action("addComment", on_round(planned, "subject", **SAID), "subject"),
        Action("requestReview", reviewing(on_round(planned)), "subject"),
    ),
    "A practice that is shared with a network": (
        Action("read", on_practice(*PRACTICE_OPENED)),
        Action("editPractice", _editing_practice),
        Action("submitPractice", on_practice(*PRACTICE_OPENED)),
        Action("startPracticeReview", on_practice(*PRACTICE_OPENED, "submitPractice")),
        Action("requestPracticeChanges", on_practice(*PRACTICE_OPENED, "submitPractice", note="More.")),
        Action("publishPractice", on_practice(*PRACTICE_OPENED, "submitPractice")),
        Action("withdrawPractice", on_practice(*PRACTICE_OPENED)),
        Action("archivePractice", on_practice(*PRACTICE_PUBLISHED)),
        Action("unarchivePractice", on_practice(*PRACTICE_PUBLISHED, "archivePractice")),
        Action("addComment", on_subject(lambda world: world.practice, **SAID), "subject"),
        Action("requestReview", reviewing(on_practice(*PRACTICE_PUBLISHED)), "subject"),
        Action("recordAdoption", adopting_practice, "subject", speaks=True),
    ),
    "What the network's editor said of the shared case": (
        Action("read", on_comment()),
        Action("editComment", on_comment(body="Very well done.")),
        Action("resolveComment", on_comment()),
        Action("reopenComment", on_comment("resolveComment")),
        Action("deleteComment", on_comment()),
    ),
    "A review of the shared practice, asked of the network's editor": (
        Action("read", on_review(review_asked)),
        Action("acceptReview", on_review(review_asked, hasNoConflictOfInterest=True)),
        Action("declineReview", on_review(review_asked)),
        Action("submitReview", on_review(review_accepted, **VERDICT)),
    ),
    "A file of the shared case": (
        Action("read", file_of, "artefact"),
        Action("startUpload", next_file_of, "artefact"),
        Action("finishUpload", upload_of, "artefact"),
        Action("editArtefact", edited_file_of),
        Action("withholdVersion", version_of, "artefact"),
    ),
    "The adoption of the shared practice by the network's editor's organisation": (
        Action("read", adoption_of),
        Action("advanceAdoption", adoption_of),
    ),
}
"""By what they are tried on, as the headings of docs/permissions.md call it."""

ELSEWHERE = frozenset(
    {
        "draftCase",
        "draftPractice",
        "requestAccess",
        "defineConcepts",
        "createEvent",
        "editEvent",
        "createLab",
        "editLab",
        "registerOrganisation",
        "editOrganisation",
        "configureIdentityProvider",
        "removeIdentityProvider",
        "freeIssuer",
        "addMember",
        "changeRole",
        "removeMember",
        "readmitMember",
        "createNetwork",
        "addNetworkMember",
        "changeNetworkRole",
        "removeNetworkMember",
        "inviteMember",
        "acceptInvitation",
        "declineInvitation",
        "revokeInvitation",
        "leaveOrganisation",
        "handOverAdministration",
        "inviteToNetwork",
        "requestToJoinNetwork",
        "acceptNetworkProposal",
        "declineNetworkProposal",
        "withdrawNetworkProposal",
        "leaveNetwork",
        "handOverFacilitation",
        "editMe",
        "eraseMe",
        "exportMyData",
        "issueToken",
        "revokeToken",
        "markNotificationsRead",
    }
)
"""Mutations that are not on a case, a round, a practice, or what hangs on one: they begin something, or are about
organisations, people and networks. `requestAccess` is for what one may not read, and never tells that it is there."""
