"""configureIdentityProvider, removeIdentityProvider and testRoleRules, through GraphQL."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.identity import arrivals
from services.identity.providers import prove, provider_of_organisation
from services.identity.sessions import session_of
from services.identity.tables import IdentityProvider
from services.identity.terms import IdentityKind
from services.log import LogEntry
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import agency_admin, olen_admin

As = Callable[[str | None], Client]
RULES = [{"claim": "groups", "contains": "lab", "role": "EDITOR"}]
GIVEN: dict[str, Any] = {
    "organisation": "olen",
    "issuer": "https://login.olen.example/realms/olen",
    "clientId": "serra",
    "clientSecret": "secret of the client",
    "rules": RULES,
    "defaultRole": "READER",
}
PROVIDER = (
    "organisation { identityProvider { issuer clientId hasClientSecret scopes rules { claim contains role }"
    " defaultRole allowsMachines isEnabled revision } }"
)
READ = '{ organisation(slug: "olen") { identityProvider { issuer } } }'
TRY = """
    query ($organisation: String!, $claims: String!, $rules: [RoleRuleInput!]) {
        testRoleRules(organisation: $organisation, claims: $claims, rules: $rules) { role rule problem }
    }
"""


async def test_an_admin_configures_a_provider(as_: As, network: SmallNetwork) -> None:
    """What was set is read again, without the secret; the log names the issuer."""
    admin = as_(await olen_admin(network))
    made = await admin.do("configureIdentityProvider", GIVEN, PROVIDER)
    assert made["organisation"]["identityProvider"] == {
        "issuer": GIVEN["issuer"],
        "clientId": "serra",
        "hasClientSecret": True,
        "scopes": ["openid", "profile", "email"],
        "rules": RULES,
        "defaultRole": "READER",
        "allowsMachines": False,
        "isEnabled": True,
        "revision": 1,
    }
    changed = {**GIVEN, "rules": [], "clientSecret": "", "isEnabled": False, "expectedVersion": 1}
    again = (await admin.do("configureIdentityProvider", changed, PROVIDER))["organisation"]["identityProvider"]
    assert (again["hasClientSecret"], again["rules"], again["isEnabled"], again["revision"]) == (False, [], False, 2)
    assert await admin.refused("configureIdentityProvider", changed) == [("CONFLICT", "expectedVersion")]
    last = await LogEntry.objects().order_by(LogEntry.id, ascending=False).first()
    assert last
    assert (last.action, json.loads(last.detail)["issuer"]) == ("configure_identity_provider", GIVEN["issuer"])


async def test_nobody_else_does(as_: As, network: SmallNetwork) -> None:
    """Editors, ADMINs of others, stewards and nobody in particular neither set, read, try nor remove it."""
    admin = as_(await olen_admin(network))
    await admin.do("configureIdentityProvider", GIVEN, PROVIDER)
    for token in (network.olen_editor, network.pes_editor, network.steward, await agency_admin(network)):
        other = as_(token)
        assert await other.refused("configureIdentityProvider", GIVEN) == [("FORBIDDEN", "")]
        assert await other.refused("removeIdentityProvider", {"organisation": "olen"}) == [("FORBIDDEN", "")]
        assert (await other.ask(READ))["organisation"]["identityProvider"] is None
        assert await other.ask(TRY, organisation="olen", claims="{}") == {"testRoleRules": None}
    assert (await as_(None).ask(READ))["organisation"]["identityProvider"] is None
    assert await as_(None).ask(TRY, organisation="olen", claims="{}") == {"testRoleRules": None}
    assert (await admin.ask(READ))["organisation"]["identityProvider"] == {"issuer": GIVEN["issuer"]}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"organisation": "nothing-here"}, ("NOT_FOUND", "organisation")),
        ({"issuer": "http://login.olen.example"}, ("INVALID", "issuer")),
        ({"issuer": "https://login.olen.example?x=1"}, ("INVALID", "issuer")),
        ({"clientId": ""}, ("INVALID", "clientId")),
        ({"scopes": ["profile"]}, ("REQUIRED", "scopes")),
        ({"rules": [], "defaultRole": None}, ("REQUIRED", "rules")),
        ({"defaultRole": "ADMIN"}, ("INVALID", "defaultRole")),
        ({"rules": [{"claim": "", "contains": "x", "role": "ADMIN"}]}, ("INVALID", "rules.0.claim")),
    ],
)
async def test_a_wrong_setting_is_refused(
    as_: As, network: SmallNetwork, change: dict[str, Any], problem: tuple[str, str]
) -> None:
    """Each with its field, and nothing of it is stored."""
    admin = as_(await olen_admin(network))
    assert await admin.refused("configureIdentityProvider", GIVEN | change) == [problem]
    assert await IdentityProvider.count() == 0


async def test_naming_an_issuer_takes_it_from_nobody(as_: As, network: SmallNetwork) -> None:
    """Two organisations may name the same one, at once too: it is whose client signs somebody in there."""
    olen, agency = as_(await olen_admin(network)), as_(await agency_admin(network))
    await asyncio.gather(
        olen.do("configureIdentityProvider", GIVEN, "__typename"),
        agency.do("configureIdentityProvider", {**GIVEN, "organisation": "outside-agency"}, "__typename"),
    )
    assert await IdentityProvider.count() == 2
    assert await IdentityProvider.exists().where(IdentityProvider.proven_at.is_not_null()) is False


async def test_an_issuer_that_was_shown_is_taken(as_: As, network: SmallNetwork) -> None:
    """Nobody else may name it, until its organisation names another or a steward frees it."""
    olen, agency = as_(await olen_admin(network)), as_(await agency_admin(network))
    await olen.do("configureIdentityProvider", GIVEN, PROVIDER)
    of_agency = {**GIVEN, "organisation": "outside-agency"}
    await _shown(network.olen)
    assert await agency.refused("configureIdentityProvider", of_agency) == [("ALREADY_EXISTS", "issuer")]
    await olen.do("configureIdentityProvider", {**GIVEN, "clientId": "another"}, PROVIDER)
    assert await agency.refused("configureIdentityProvider", of_agency) == [("ALREADY_EXISTS", "issuer")]
    await olen.do("configureIdentityProvider", {**GIVEN, "issuer": "https://elsewhere.example"}, PROVIDER)
    await agency.do("configureIdentityProvider", of_agency, PROVIDER)


async def test_a_steward_frees_an_issuer(as_: As, network: SmallNetwork) -> None:
    """Only they do; whoever had it is switched off, and reads of it in their log."""
    olen, agency, steward = as_(await olen_admin(network)), as_(await agency_admin(network)), as_(network.steward)
    await olen.do("configureIdentityProvider", GIVEN, PROVIDER)
    issuer = {"issuer": GIVEN["issuer"]}
    assert await steward.refused("freeIssuer", issuer) == [("NOT_FOUND", "issuer")]
    await _shown(network.olen)
    for other in (olen, agency, as_(network.olen_editor)):
        assert await other.refused("freeIssuer", issuer) == [("FORBIDDEN", "")]
    assert await steward.do("freeIssuer", issuer, "organisation { slug }") == {
        "organisation": {"slug": "olen"},
        "userErrors": [],
    }
    read = (
        '{ organisation(slug: "olen") { identityProvider { provenAt isEnabled revision }'
        " auditLog(first: 1) { nodes { action } } } }"
    )
    assert (await olen.ask(read))["organisation"] == {
        "identityProvider": {"provenAt": None, "isEnabled": False, "revision": 2},
        "auditLog": {"nodes": [{"action": "free_issuer"}]},
    }
    await agency.do("configureIdentityProvider", {**GIVEN, "organisation": "outside-agency"}, PROVIDER)


async def test_a_sign_in_under_way_does_not_take_the_issuer_again(
    as_: As, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is coming in while a steward frees the issuer proves it to nobody, and is out again afterwards."""
    await as_(await olen_admin(network)).do("configureIdentityProvider", GIVEN, PROVIDER)
    await _shown(network.olen)
    provider = await provider_of_organisation("olen")
    assert provider
    looked, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(present: IdentityProvider) -> None:
        looked.set()
        await go_on.wait()
        await prove(present)

    monkeypatch.setattr(arrivals, "prove", slowly)
    arriving = asyncio.create_task(arrivals.arrive(arrivals.Arrival(provider, IdentityKind.PERSON, "ann", {})))
    await looked.wait()
    freeing = asyncio.create_task(as_(network.steward).do("freeIssuer", {"issuer": provider.issuer}, "__typename"))
    await asyncio.wait({freeing}, timeout=0.3)
    go_on.set()
    secret, _ = await asyncio.gather(arriving, freeing)
    assert await session_of(secret) is None
    assert await IdentityProvider.exists().where(IdentityProvider.proven_at.is_not_null()) is False


async def _shown(organisation: UUID) -> None:
    """Have somebody signed in by the organisation's provider."""
    of_it = IdentityProvider.organisation == organisation
    await IdentityProvider.update({IdentityProvider.proven_at: datetime.now(UTC)}).where(of_it)


async def test_a_provider_is_removed(as_: As, network: SmallNetwork) -> None:
    """It is gone; once more there is none to remove."""
    admin = as_(await olen_admin(network))
    await admin.do("configureIdentityProvider", GIVEN, PROVIDER)
    removed = await admin.do("removeIdentityProvider", {"organisation": "olen"}, PROVIDER)
    assert removed["organisation"]["identityProvider"] is None
    assert await admin.refused("removeIdentityProvider", {"organisation": "olen"}) == [("NOT_FOUND", "organisation")]


async def test_what_cannot_be_tried_is_told(as_: As, network: SmallNetwork) -> None:
    """Rules that could not be stored, and claims that say something twice, have a problem and no role."""
    admin = as_(await olen_admin(network))
    for rules, claims, problem in (
        ([{"claim": "", "contains": "lab", "role": "EDITOR"}], "{}", "rules.0.claim: Give 1 to 200 characters."),
        ([], "{}", "rules: Nobody could sign in: give a rule or a default role."),
        (RULES, '{"a": {"groups": ["lab"], "groups": []}}', "in which nothing is said twice"),
        (RULES, "[]", "`claims` is a JSON object"),
    ):
        tried = (await admin.ask(TRY, organisation="olen", claims=claims, rules=rules))["testRoleRules"]
        assert (tried["role"], tried["rule"]) == (None, None)
        assert problem in tried["problem"]


async def test_rules_are_tried_out(as_: As, network: SmallNetwork) -> None:
    """An ADMIN sees which role claims would give, by the rules that are stored or by others, before they are."""
    admin = as_(await olen_admin(network))
    claims = json.dumps({"groups": ["lab"]})
    nothing = {"role": None, "rule": None, "problem": "«olen» has no provider yet: give `rules` to try."}
    assert await admin.ask(TRY, organisation="olen", claims=claims) == {"testRoleRules": nothing}
    draft = await admin.ask(TRY, organisation="olen", claims=claims, rules=RULES)
    assert draft == {"testRoleRules": {"role": "EDITOR", "rule": 0, "problem": None}}
    await admin.do("configureIdentityProvider", GIVEN, PROVIDER)
    stored = await admin.ask(TRY, organisation="olen", claims=claims)
    assert stored == {"testRoleRules": {"role": "EDITOR", "rule": 0, "problem": None}}
    assert await admin.ask(TRY, organisation="olen", claims="{}") == {
        "testRoleRules": {"role": "READER", "rule": None, "problem": None}
    }
    for nonsense in ("[]", "", "{", "7", "[" * 100_000):
        tried = (await admin.ask(TRY, organisation="olen", claims=nonsense))["testRoleRules"]
        assert (tried["role"], "JSON object" in tried["problem"]) == (None, True)
        assert await as_(None).ask(TRY, organisation="olen", claims=nonsense) == {"testRoleRules": None}
    assert await as_(None).ask(TRY, organisation="nothing-here", claims="{}") == {"testRoleRules": None}
