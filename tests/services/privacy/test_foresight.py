"""What is told before somebody is erased is what then happens."""

from collections.abc import Callable

from services.privacy.erasure import erase_person
from services.privacy.foresight import foresee
from services.privacy.holdings import HOLDINGS
from tests.client import Client
from tests.factories.privacy import EMAIL, HOME, NAME, Busy

As = Callable[[str | None], Client]


async def test_what_is_foreseen_is_what_the_receipt_counts(as_: As, ada: Busy) -> None:
    """Each number of rows that go or are unlinked stands in the receipt too; notes to oneself are told apart."""
    seen = await foresee(ada.person)
    assert (seen.person, seen.name, seen.email, seen.is_steward) == (ada.person, NAME, EMAIL, False)
    assert {slug: str(role) for slug, role in seen.roles.items()} == {HOME: "EDITOR"}
    assert seen.notes == 1
    counts = (await erase_person(ada.person)).counts
    columns = {holding.section: f"{holding.table}.{holding.column}" for holding in HOLDINGS}
    told = {columns[section]: count for section, count in {**seen.goes, **seen.unlinked}.items()}
    assert {name: counts[name] for name in told} == told
    assert [match.name for match in seen.left] == ["contact:own", "invitation:olen"]
    assert not seen.taken


async def test_looking_changes_nothing(as_: As, ada: Busy) -> None:
    """Who was only looked at can still do everything."""
    assert await foresee(ada.person) == await foresee(ada.person)
    assert (await as_(ada.token).ask("{ viewer { person { name } } }"))["viewer"]["person"]["name"] == NAME
