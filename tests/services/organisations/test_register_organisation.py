"""registerOrganisation, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from services.log import LogEntry
from services.organisations.tables import Membership, Organisation, PersonalToken
from services.organisations.tokens import secret_hash
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import check_profiles, members_of, organisation, words

As = Callable[[str | None], Client]


async def test_a_steward_registers_a_body_that_everyone_reads(as_: As, network: SmallNetwork) -> None:
    """What a steward registers is read by somebody who has not signed in, in the reader's language."""
    given = organisation(
        names=[{"language": "nl", "text": "Stad Gent"}, {"language": "en", "text": "City of Ghent"}],
        description=words("A city.", "en"),
        nuts="BE234",
        lau="44021",
        inhabitants=270_000,
        identifiers=[{"scheme": "KBO", "value": "0207.451.227"}],
        website="https://stad.gent",
        parent="olen",
        isSample=True,
    )
    await as_(network.steward).do("registerOrganisation", given, "organisation { slug }")
    found = (
        await as_(None)
        .speaking("nl")
        .ask(
            '{ organisation(slug: "ghent") { name { text language } description { text isFallback } kind level'
            " country nuts lau inhabitants identifiers { scheme value } website parent { slug } isSample revision } }"
        )
    )
    assert found["organisation"] == {
        "name": {"text": "Stad Gent", "language": "nl"},
        "description": {"text": "A city.", "isFallback": True},
        "kind": "MUNICIPALITY",
        "level": "LOCAL",
        "country": "BE",
        "nuts": "BE234",
        "lau": "44021",
        "inhabitants": 270_000,
        "identifiers": [{"scheme": "KBO", "value": "0207.451.227"}],
        "website": "https://stad.gent",
        "parent": {"slug": "olen"},
        "isSample": True,
        "revision": 1,
    }


async def test_who_registers_becomes_the_first_admin(as_: As, network: SmallNetwork) -> None:
    """The steward is ADMIN of what they registered, and may act for it in the next mutation of the same request."""
    steward = as_(network.steward)
    document = (
        "mutation ($first: RegisterOrganisationInput!, $then: CreateLabInput!) {"
        " registerOrganisation(input: $first) { organisation { members(first: 5) { nodes { role } } } }"
        " createLab(input: $then) { lab { slug } userErrors { message } } }"
    )
    lab = {"slug": "ghent-lab", "organisation": "ghent", "names": words("Lab")}
    done = await steward.ask(document, first=organisation(), then=lab)
    assert done["registerOrganisation"]["organisation"]["members"]["nodes"] == [{"role": "ADMIN"}]
    assert done["createLab"] == {"lab": {"slug": "ghent-lab"}, "userErrors": []}
    assert await members_of(steward, "ghent") == [("Steward", "ADMIN")]
    await check_profiles()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"slug": "olen"}, "ALREADY_EXISTS", "slug"),
        ({"slug": "Not A Slug"}, "INVALID", "slug"),
        ({"slug": "a" * 121}, "INVALID", "slug"),
        ({"names": []}, "REQUIRED", "names"),
        ({"names": words("x" * 201)}, "TOO_LONG", "names"),
        ({"names": words("a") + words("b")}, "INVALID", "names"),
        ({"country": "EL"}, "INVALID", "country"),
        ({"country": "be"}, "INVALID", "country"),
        ({"nuts": "SE110"}, "INVALID", "nuts"),
        ({"nuts": "BE2131"}, "INVALID", "nuts"),
        ({"lau": "a b"}, "INVALID", "lau"),
        ({"inhabitants": 0}, "INVALID", "inhabitants"),
        ({"website": "www.olen.be"}, "INVALID", "website"),
        ({"website": "javascript:alert(1)"}, "INVALID", "website"),
        ({"website": "https://[broken"}, "INVALID", "website"),
        ({"identifiers": [{"scheme": " ", "value": "1"}]}, "INVALID", "identifiers.0.scheme"),
        ({"identifiers": [{"scheme": "KBO", "value": "1"}] * 2}, "INVALID", "identifiers.1"),
        ({"parent": "nobody"}, "NOT_FOUND", "parent"),
    ],
)
async def test_a_profile_that_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], code: str, field: str
) -> None:
    """Each thing that is wrong is named by its field, and nothing is stored."""
    given = {**organisation(), **changes}
    assert await as_(network.steward).refused("registerOrganisation", given) == [(code, field)]
    assert await Organisation.count() == 4
    assert not await Membership.exists().where(Membership.role == "ADMIN")


async def test_all_that_is_wrong_is_told_at_once(as_: As, network: SmallNetwork) -> None:
    """An author sees every problem of a profile, not only the first."""
    given = organisation(country="XX", website="nowhere", parent="nobody")
    refused = await as_(network.steward).refused("registerOrganisation", given)
    assert sorted(refused) == [("INVALID", "country"), ("INVALID", "website"), ("NOT_FOUND", "parent")]


async def test_only_a_steward_registers(as_: As, network: SmallNetwork) -> None:
    """Somebody who is not a steward is refused, with nothing stored."""
    assert await as_(network.olen_editor).refused("registerOrganisation", organisation()) == [("FORBIDDEN", "")]
    assert (await as_(None).ask('{ organisation(slug: "ghent") { slug } }'))["organisation"] is None


async def test_nobody_in_particular_must_sign_in(as_: As, network: SmallNetwork) -> None:
    """Without a token the answer is 401 and says how to sign in."""
    query = "mutation ($input: RegisterOrganisationInput!) { registerOrganisation(input: $input) { __typename } }"
    answer = await as_(None).send(query, input=organisation())
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_token_to_read_registers_nothing(as_: As, network: SmallNetwork) -> None:
    """A steward's token without the scope WRITE is refused."""
    await PersonalToken.update({PersonalToken.scopes: ["READ", "REVIEW"]}).where(
        PersonalToken.secret_hash == secret_hash(network.steward)
    )
    assert await as_(network.steward).refused("registerOrganisation", organisation()) == [("FORBIDDEN", "")]


async def test_the_same_key_registers_once(as_: As, network: SmallNetwork) -> None:
    """A repeated request gives the organisation of the first; the same key with another input is refused."""
    steward = as_(network.steward)
    given = organisation(idempotencyKey="one")
    first = await steward.do("registerOrganisation", given, "organisation { id }")
    again = await steward.do("registerOrganisation", given, "organisation { id }")
    assert again == first
    other = organisation(slug="other", idempotencyKey="one")
    assert await steward.refused("registerOrganisation", other) == [("KEY_REUSED", "idempotencyKey")]
    assert await Organisation.count() == 5


async def test_registering_is_logged(as_: As, network: SmallNetwork) -> None:
    """The log says who registered what."""
    await as_(network.steward).do("registerOrganisation", organisation(), "organisation { id }")
    entry = await LogEntry.objects().where(LogEntry.action == "register_organisation").first()
    made = await Organisation.objects().where(Organisation.slug == "ghent").first()
    assert entry is not None
    assert made is not None
    assert (entry.subject_type, entry.subject_id, entry.organisation) == ("Organisation", made.id, made.id)
    assert entry.person is not None
