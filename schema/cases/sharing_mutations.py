"""Mutations on who is let into a case, and on requests to be."""

from datetime import datetime

import strawberry
from strawberry.types import Info

from schema.cases.admissions import AccessRequest, Admission
from schema.cases.terms import AccessAnswer
from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.inputs import KEY
from schema.organisations.anew import answer_anew
from schema.payload import Payload, answer, read
from services.cases import access_requests, admissions

_UNTIL = "The instant at which it ends by itself, at most two years ahead."


@strawberry.input(description="A person to be let into a case.")
class InviteGuestInput:
    """Input of inviteGuest."""

    case: strawberry.ID = strawberry.field(description="The case's global id.")
    person: strawberry.ID = strawberry.field(
        description="The global id of a person whom you can see. Others can ask to be let in, with `requestAccess`."
    )
    until: datetime = strawberry.field(description=_UNTIL)


@strawberry.type(description="The answer of inviteGuest.")
class InviteGuestPayload(Payload):
    """Payload of inviteGuest."""

    admission: Admission | None = reference("The guest's admission.")


@strawberry.input(description="An organisation to be let into a case.")
class AdmitOrganisationInput:
    """Input of admitOrganisation."""

    case: strawberry.ID = strawberry.field(description="The case's global id.")
    organisation: str = strawberry.field(description="The organisation's slug.")
    until: datetime = strawberry.field(description=_UNTIL)


@strawberry.type(description="The answer of admitOrganisation.")
class AdmitOrganisationPayload(Payload):
    """Payload of admitOrganisation."""

    admission: Admission | None = reference("The organisation's admission.")


@strawberry.input(description="Which admission to end.")
class EndAdmissionInput:
    """Input of endAdmission."""

    id: strawberry.ID = strawberry.field(description="The admission's global id.")


@strawberry.type(description="The answer of endAdmission.")
class EndAdmissionPayload(Payload):
    """Payload of endAdmission."""

    admission: Admission | None = reference("The admission, which is over.")


@strawberry.input(description="A request to be let into a case that you cannot read.")
class RequestAccessInput:
    """Input of requestAccess."""

    case: str = strawberry.field(description="The case's slug, as in its permanent address, or its global id.")
    message: str = strawberry.field(description="Why you ask, at most 2,000 characters. It is shown with your name.")
    organisation: str | None = strawberry.field(
        default=None, description="The slug of an organisation of yours, if you ask for it too."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The answer of requestAccess.")
class RequestAccessPayload(Payload):
    """Payload of requestAccess."""

    access_request: AccessRequest | None = reference(
        "The request; it looks the same whether there is such a case or not."
    )


@strawberry.input(description="What you say to somebody who asks to be let into a case.")
class AnswerAccessRequestInput:
    """Input of answerAccessRequest."""

    id: strawberry.ID = strawberry.field(description="The request's global id.")
    answer: AccessAnswer = strawberry.field(description="Whom you let in, if anyone.")
    until: datetime | None = strawberry.field(default=None, description=f"{_UNTIL} Leave it out when you say no.")
    reason: str | None = strawberry.field(default=None, description="What you say to it, at most 2,000 characters.")


@strawberry.type(description="The answer of answerAccessRequest.")
class AnswerAccessRequestPayload(Payload):
    """Payload of answerAccessRequest."""

    access_request: AccessRequest | None = reference("The request.")


@strawberry.type
class SharingMutations:
    """The part of Mutation that is about who is let into a case."""

    @strawberry.mutation(
        description="Let a person outside your organisation read and comment on one case, drafts and rounds included,"
        " until an instant. They decide nothing, and can pass it on to nobody. Inviting them again moves the instant."
        " Needs EDITOR in the case's owner."
    )
    async def invite_guest(self, info: Info[Context, None], input: InviteGuestInput) -> InviteGuestPayload:
        """See services.cases.admissions.invite_guest."""
        case, person = ids.read(input.case, "Case"), ids.read(input.person, "Person")
        call = admissions.invite_guest(info.context.viewer, case, person, input.until)
        return await answer(InviteGuestPayload, "admission", call)

    @strawberry.mutation(
        description="Let everyone in an organisation read one case, drafts and rounds included, until an instant. If it"
        " takes part in the case, its editors may then also do what its part allows. Admitting it again moves the"
        " instant. Needs EDITOR in the case's owner."
    )
    async def admit_organisation(
        self, info: Info[Context, None], input: AdmitOrganisationInput
    ) -> AdmitOrganisationPayload:
        """See services.cases.admissions.admit_organisation."""
        case = ids.read(input.case, "Case")
        call = admissions.admit_organisation(info.context.viewer, case, input.organisation, input.until)
        return await answer(AdmitOrganisationPayload, "admission", call)

    @strawberry.mutation(
        description="End an admission now. Needs EDITOR in the case's owner or in the organisation that was let in; a"
        " guest may end their own."
    )
    async def end_admission(self, info: Info[Context, None], input: EndAdmissionInput) -> EndAdmissionPayload:
        """See services.cases.admissions.end_admission."""
        call = admissions.end_admission(info.context.viewer, ids.read(input.id, "Admission"))
        return await answer_anew(info, EndAdmissionPayload, "admission", call)

    @strawberry.mutation(
        description="Ask the owner of a case to be let in. The answer never tells whether there is such a case: if"
        " there is, its owner's editors are told. At most ten of your requests wait at a time, each for 30 days. Needs"
        " the scope REVIEW."
    )
    async def request_access(self, info: Info[Context, None], input: RequestAccessInput) -> RequestAccessPayload:
        """See services.cases.access_requests.request_access."""
        call = access_requests.request_access(
            info.context.viewer,
            ids.read(input.case, "Case"),
            read(access_requests.NewRequest, input),
            idempotency_key=input.idempotency_key,
        )
        return await answer(RequestAccessPayload, "accessRequest", call)

    @strawberry.mutation(
        description="Let somebody who asked into a case, or say no; they are told. Needs EDITOR in the case's owner."
    )
    async def answer_access_request(
        self, info: Info[Context, None], input: AnswerAccessRequestInput
    ) -> AnswerAccessRequestPayload:
        """See services.cases.access_requests.answer_access_request."""
        call = access_requests.answer_access_request(
            info.context.viewer, ids.read(input.id, "AccessRequest"), read(access_requests.Answer, input)
        )
        return await answer(AnswerAccessRequestPayload, "accessRequest", call)
