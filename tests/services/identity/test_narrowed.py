"""Who is signed in for one organisation acts for it and for themselves, and for no other organisation of theirs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.cases.tables import Admission, Case
from services.cases.terms import CaseKind
from services.errors import DomainError
from services.identity.sessions import open_session, session_of
from services.ids import new_id
from services.invitations.invitations import (
    NewInvitation,
    accept_invitation,
    accept_own_invitation,
    decline_invitation,
    invite_member,
    invite_person,
)
from services.organisations import members
from services.organisations.members import leave_organisation, led_by, remove_member
from services.organisations.people import narrowed
from services.organisations.tables import Membership, PersonalToken
from services.organisations.terms import Role
from services.organisations.tokens import revoke_token
from services.privacy.data_exports import export_my_data
from services.privacy.erasure import erase_me
from services.transaction import transaction
from services.viewer import admissions
from tests.factories.network import SmallNetwork, person, viewer_of_token


async def test_admissions_of_another_organisation_are_left_out(network: SmallNetwork) -> None:
    """Those of the organisation stay while they last, and of the person's those that it gave itself."""
    secret = await person("Both", {network.olen: Role.READER, network.pes: Role.READER})
    both = await viewer_of_token(secret)
    until = datetime.now(UTC) + timedelta(seconds=30)
    for slug, owner, who in (
        ("by-olen", network.agency, {"organisation": network.olen}),
        ("by-pes", network.agency, {"organisation": network.pes}),
        ("themselves", network.agency, {"person": both.person}),
        ("themselves-to-olen", network.olen, {"person": both.person}),
    ):
        case = Case(id=new_id(), slug=slug, kind=CaseKind.METHOD, owner=owner)
        await Case.insert(case)
        await Admission.insert(Admission(case=case.id, until=until, **who))
    whole = await viewer_of_token(secret)
    close = await narrowed(whole, network.olen)
    assert await _entered(whole.keyring) == {"by-olen", "by-pes", "themselves", "themselves-to-olen"}
    assert await _entered(close.keyring) == {"by-olen", "themselves-to-olen"}
    async with transaction():
        session = await open_session(close, network.olen, new_id())
    signed_in = await session_of(session)
    assert signed_in
    assert signed_in.viewer.keyring == close.keyring
    assert signed_in.lasts <= timedelta(seconds=30)


async def test_anybody_leaves_by_any_sign_in(network: SmallNetwork) -> None:
    """Whoever is signed in by one organisation's provider can leave another, in both ways there are."""
    for leave in (leave_organisation, lambda viewer, slug: remove_member(viewer, slug, viewer.person)):
        both = await viewer_of_token(await person("Both", {network.olen: Role.READER, network.pes: Role.READER}))
        close = await narrowed(both, network.olen)
        assert await leave(close, "arbetsformedlingen") == network.pes
        assert await Membership.count().where(Membership.person == both.person) == 1
        with pytest.raises(DomainError, match="no member"):
            await leave_organisation(close, "arbetsformedlingen")


async def test_a_sign_in_for_one_organisation_removes_nobody_from_another(network: SmallNetwork) -> None:
    """An ADMIN of two who is signed in for one takes nobody else out of the other."""
    both = await viewer_of_token(await person("Both", {network.olen: Role.ADMIN, network.pes: Role.ADMIN}))
    other = await viewer_of_token(await person("Other", {network.pes: Role.READER}))
    with pytest.raises(DomainError, match="Only an administrator"):
        await remove_member(await narrowed(both, network.olen), "arbetsformedlingen", other.person)


async def test_a_provider_leaves_and_erases_in_nobodys_name(
    network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not while they belong elsewhere, nor soon after such a sign-in has left there; after leaving by oneself, yes."""
    for leaves_by_themselves in (False, True):
        both = await viewer_of_token(await person("Both", {network.olen: Role.READER, network.pes: Role.READER}))
        close = replace(await narrowed(both, network.olen), signed_in_at=datetime.now(UTC))
        with pytest.raises(DomainError, match="belong to others"):
            await erase_me(close, "Both")
        await leave_organisation(both if leaves_by_themselves else close, "arbetsformedlingen")
        if not leaves_by_themselves:
            with pytest.raises(DomainError, match="less than 30 days ago"):
                await erase_me(close, "Both")
            monkeypatch.setattr(members, "LEFT_LATELY", timedelta(0))
        await erase_me(close, "Both")
        monkeypatch.undo()


async def test_a_sign_in_for_one_organisation_declines_and_does_not_accept_for_another(network: SmallNetwork) -> None:
    """Who is asked by another organisation may say no by any sign-in, and yes by one of their own alone."""
    admin = await viewer_of_token(await person("Admin", {network.pes: Role.ADMIN}, network.network))
    secret = await person("Somebody", {network.olen: Role.READER}, network.network)
    whole = await viewer_of_token(secret)
    close = await narrowed(whole, network.olen)
    asks = NewInvitation(organisation="arbetsformedlingen", role=Role.READER)
    first = await invite_person(admin, asks, whole.person)
    with pytest.raises(DomainError, match="one organisation alone"):
        await accept_own_invitation(close, first)
    assert await decline_invitation(close, first) == network.pes
    await accept_own_invitation(whole, await invite_person(admin, asks, whole.person))
    assert network.pes in (await viewer_of_token(secret)).roles


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
