"""Who is signed in for one organisation acts for it and for themselves, and for no other organisation of theirs."""

from datetime import UTC, datetime, timedelta

import pytest

from services.cases.tables import Admission, Case
from services.cases.terms import CaseKind
from services.errors import DomainError
from services.identity.sessions import open_session, session_of
from services.ids import new_id
from services.invitations.invitations import NewInvitation, accept_invitation, invite_member
from services.organisations.members import leave_organisation, led_by, remove_member
from services.organisations.people import narrowed
from services.organisations.tables import PersonalToken
from services.organisations.terms import Role
from services.organisations.tokens import revoke_token
from services.privacy.data_exports import export_my_data
from services.privacy.erasure import erase_me
from services.transaction import transaction
from services.viewer import admissions
from tests.factories.network import SmallNetwork, person, viewer_of_token


async def test_admissions_of_another_organisation_are_left_out(network: SmallNetwork) -> None:
    """Those of the organisation and of the person stay while they last, and the session is looked up at their end."""
    secret = await person("Both", {network.olen: Role.READER, network.pes: Role.READER})
    both = await viewer_of_token(secret)
    until = datetime.now(UTC) + timedelta(seconds=30)
    for slug, who in (
        ("by-olen", {"organisation": network.olen}),
        ("by-pes", {"organisation": network.pes}),
        ("themselves", {"person": both.person}),
    ):
        case = Case(id=new_id(), slug=slug, kind=CaseKind.METHOD, owner=network.agency)
        await Case.insert(case)
        await Admission.insert(Admission(case=case.id, until=until, **who))
    whole = await viewer_of_token(secret)
    close = await narrowed(whole, network.olen)
    assert await _entered(whole.keyring) == {"by-olen", "by-pes", "themselves"}
    assert await _entered(close.keyring) == {"by-olen", "themselves"}
    async with transaction():
        session = await open_session(close, network.olen, new_id())
    signed_in = await session_of(session)
    assert signed_in
    assert signed_in.viewer.keyring == close.keyring
    assert signed_in.lasts <= timedelta(seconds=30)


async def test_a_sign_in_for_one_organisation_ends_nothing_in_another(network: SmallNetwork) -> None:
    """Whoever is signed in by one organisation's provider leaves no other by that, and is not erased from it."""
    both = await viewer_of_token(await person("Both", {network.olen: Role.READER, network.pes: Role.READER}))
    close = await narrowed(both, network.olen)
    with pytest.raises(DomainError, match="no member"):
        await leave_organisation(close, "arbetsformedlingen")
    with pytest.raises(DomainError, match="no member"):
        await remove_member(close, "arbetsformedlingen", both.person)
    with pytest.raises(DomainError, match="belong to others"):
        await erase_me(close, "Both")
    assert await leave_organisation(close, "olen") == network.olen
    assert await leave_organisation(both, "arbetsformedlingen") == network.pes
    await erase_me(close, "Both")


async def test_a_sign_in_for_one_organisation_brings_nobody_into_another(network: SmallNetwork) -> None:
    """A link to another organisation is refused and stays good; a personal token from elsewhere may use it."""
    admin = await viewer_of_token(await person("Admin", {network.pes: Role.ADMIN}))
    secret = await person("Somebody", {network.olen: Role.READER})
    whole = await viewer_of_token(secret)
    made = await invite_member(admin, NewInvitation(organisation="arbetsformedlingen", role=Role.READER))
    with pytest.raises(DomainError, match="one organisation alone"):
        await accept_invitation(await narrowed(whole, network.olen), made.secret or "")
    await accept_invitation(whole, made.secret or "")
    again = await viewer_of_token(secret)
    assert network.pes in again.roles


async def test_a_sign_in_for_one_organisation_takes_no_other_into_a_network(network: SmallNetwork) -> None:
    """An ADMIN of two organisations who is signed in for one invites the other like anybody."""
    both = await viewer_of_token(await person("Both", {network.olen: Role.ADMIN, network.pes: Role.ADMIN}))
    close = await narrowed(both, network.olen)
    assert await led_by(both) == {network.olen, network.pes}
    assert await led_by(close) == {network.olen}


async def _entered(keyring: tuple[str, ...]) -> set[str]:
    ids = [key.partition(":")[2] for key in admissions(keyring)]
    return {row["slug"] for row in await Case.select(Case.slug).where(Case.id.is_in(ids))}


async def test_a_sign_in_for_one_organisation_hands_out_nothing_of_another(network: SmallNetwork) -> None:
    """It neither asks for the export of everything about somebody nor ends a token that was made elsewhere."""
    secret = await person("Both", {network.olen: Role.READER, network.pes: Role.READER})
    both = await viewer_of_token(secret)
    close = await narrowed(both, network.olen)
    with pytest.raises(DomainError, match="belong to others"):
        await export_my_data(close)
    token = await PersonalToken.select(PersonalToken.id).where(PersonalToken.person == both.person).first()
    assert token
    with pytest.raises(DomainError, match="no token"):
        await revoke_token(close, token["id"])
    await viewer_of_token(secret)
    await export_my_data(both)
