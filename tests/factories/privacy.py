"""Somebody who has done everything that Serra remembers a person by."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from services.comments.tables import Comment
from services.identity.sessions import open_session
from services.identity.tables import ExternalIdentity
from services.invitations.tables import Invitation
from services.organisations.terms import Role, TokenScope
from services.organisations.tokens import NewToken, issue_token_for
from services.transaction import transaction
from services.viewer import Viewer, person_key
from tests.client import Client
from tests.factories.artefacts import stored_file
from tests.factories.cases import content, drafted_case, published_case
from tests.factories.comments import commented, row_id
from tests.factories.network import SmallNetwork, person
from tests.factories.practices import adopted, practice_content, published_practice
from tests.factories.reviews import VERDICT, requested
from tests.factories.rounds import en

NAME = "Ada Quirin-Vosk"
EMAIL = "ada.quirin@serra.example"
HOME = "review-institute"
PUBLIC = {"public": True}


@dataclass(frozen=True, slots=True)
class Busy:
    """Ada, her id and her token; the administrator of her organisation; what she left, by global id."""

    person: UUID
    token: str
    admin: str
    case: str
    olen_case: str
    comment: str
    reply: str
    review: str
    guest_review: str
    draft: str


async def joined(network: SmallNetwork, http: httpx.AsyncClient, role: str = "EDITOR") -> tuple[UUID, str, str]:
    """Ada in the review institute: her id, her token, and that of the administrator who added her."""
    admin = await person("Institute admin", {network.institute: Role.ADMIN}, network.network)
    given = {"organisation": HOME, "role": "READER", "name": NAME, "email": EMAIL}
    added = await Client(http, admin).do("addMember", given, "membership { person { id } }")
    global_id = added["membership"]["person"]["id"]
    await Client(http, admin).do(
        "changeRole", {"organisation": HOME, "person": global_id, "role": role}, "membership { role }"
    )
    token = await issue_token_for(
        row_id(global_id), NewToken(label="laptop", scopes=tuple(TokenScope), expires_in_days=30)
    )
    return row_id(global_id), token, admin


async def busy(network: SmallNetwork, http: httpx.AsyncClient) -> Busy:
    """Let Ada do everything; what follows from it is left to the caller."""
    ada_id, token, admin = await joined(network, http)
    ada, olen, pes = (Client(http, one) for one in (token, network.olen_editor, network.pes_editor))
    key = {"label": "phone", "scopes": ["READ"], "expiresInDays": 9, "idempotencyKey": "1"}
    await ada.do("issueToken", key, "token { id }")
    expiry = datetime.now(UTC) + timedelta(days=9)
    invited = Invitation(organisation=network.olen, role=Role.READER, email=EMAIL, secret_hash=b"1", expires_at=expiry)
    invited.invited_by = ada_id
    asked = Invitation(organisation=network.pes, role=Role.READER, person=ada_id, expires_at=expiry)
    await Invitation.insert(invited, asked)
    account = ExternalIdentity(
        organisation=network.olen, issuer="https://login.olen.example", subject="ada", person=ada_id, kind="PERSON"
    )
    await ExternalIdentity.insert(account)
    async with transaction():
        await open_session(Viewer(person=ada_id), network.olen, account.id)
    contact = {"name": NAME, "role": en("Contact"), "organisation": HOME, "source": "a report"}
    own = await published_case(ada, slug="own", owner=HOME, audience=PUBLIC, content=content(HOME, contacts=[contact]))
    practice = practice_content(sources=[{"case": "own"}])
    await published_practice(ada, owner=HOME, audience=PUBLIC, content=practice)
    await stored_file(ada, b"Counted twice.", subject=own, fileName=f"{NAME} count.txt", mediaType="text/plain")
    case = await published_case(olen, audience=PUBLIC)
    comment = await commented(ada, case, f"Well asked. {NAME}, {EMAIL.upper()}")
    reply = await commented(olen, case, "Thank you.", replyTo=comment)
    await ada.do("resolveComment", {"id": comment}, "comment { id }")
    review = await requested(olen, case, reviewer=NAME)
    await ada.do("acceptReview", {"id": review, "conflictOfInterest": "My sister works there."}, "review { id }")
    verdict: dict[str, Any] = {**VERDICT, "body": f"Clear. Yours, {NAME.upper()}"}
    await ada.do("submitReview", {"id": review, **verdict}, "review { id }")
    draft = await drafted_case(olen, slug="draft")
    until = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    await olen.do("inviteGuest", {"case": draft, "person": f"person_{ada_id.hex}", "until": until}, "admission { id }")
    await ada.do("requestAccess", {"case": "hidden", "message": "We do the same."}, "accessRequest { id }")
    guest_review = await requested(olen, draft, reviewer=NAME, guestReader=True)
    await commented(ada, draft, "Seen as a guest.")
    own_note = await commented(ada, case, "A note to myself.")
    await Comment.update({Comment.audience: [person_key(ada_id)]}).where(Comment.id == row_id(own_note))
    await adopted(ada, case, HOME)
    await adopted(pes, own)
    await ada.do("exportMyData", {}, "dataExport { askedAt }")
    return Busy(ada_id, token, admin, own, case, comment, reply, review, guest_review, draft)
