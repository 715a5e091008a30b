"""Who is signed in for one organisation enters the cases that it was let into, and those that they were themselves."""

from datetime import UTC, datetime, timedelta

from services.cases.tables import Admission, Case
from services.cases.terms import CaseKind
from services.identity.sessions import open_session, session_of
from services.ids import new_id
from services.organisations.people import narrowed, viewer_of_token
from services.organisations.terms import Role
from services.transaction import transaction
from services.viewer import admissions
from tests.factories.network import SmallNetwork, person


async def test_admissions_of_another_organisation_are_left_out(network: SmallNetwork) -> None:
    """Those of the organisation and of the person stay while they last, and the session is looked up at their end."""
    secret = await person("Both", {network.olen: Role.READER, network.pes: Role.READER})
    both = await viewer_of_token(secret)
    assert both
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
    assert whole
    close = await narrowed(whole, network.olen)
    assert await _entered(whole.keyring) == {"by-olen", "by-pes", "themselves"}
    assert await _entered(close.keyring) == {"by-olen", "themselves"}
    async with transaction():
        session = await open_session(close, network.olen, new_id())
    signed_in = await session_of(session)
    assert signed_in
    assert signed_in.viewer.keyring == close.keyring
    assert signed_in.lasts <= timedelta(seconds=30)


async def _entered(keyring: tuple[str, ...]) -> set[str]:
    ids = [key.partition(":")[2] for key in admissions(keyring)]
    return {row["slug"] for row in await Case.select(Case.slug).where(Case.id.is_in(ids))}
