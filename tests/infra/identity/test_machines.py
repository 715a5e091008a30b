"""Bearer tokens of trusted issuers: programs sign with what their organisation's provider gives them."""

import time
from typing import Any

import pytest

from infra.identity import machines as module
from infra.identity import verifying
from services.identity.tables import ExternalIdentity
from services.organisations.keyrings import keyring_change
from services.organisations.tables import Membership
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import agency_admin
from tests.infra.identity.issuer import Issuer
from tests.infra.identity.signing import ME, Installation, code_of, settings, shown

CONFIGURED = "organisation { slug }"
AUDIENCE = "http://127.0.0.1:8000"
MACHINE: dict[str, Any] = {
    "aud": AUDIENCE,
    "sub": "importer",
    "client_id": "importer",
    "name": None,
    "groups": ["machines"],
    "scope": "serra:read serra:write other",
}
LAB = {"slug": "lab", "organisation": "olen", "names": [{"language": "en", "text": "Lab"}]}


@pytest.fixture
async def ready(admin: Client, issuer: Issuer) -> Issuer:
    """The issuer, as Olen's provider, for machines too."""
    await admin.do("configureIdentityProvider", settings(issuer.address, allowsMachines=True), CONFIGURED)
    await shown()
    return issuer


async def test_a_machine_works_for_its_organisation(ready: Issuer, serra: Installation) -> None:
    """It has the role of its claims, though never ADMIN, and the scopes that its token names."""
    machine = serra.client(ready.token(**MACHINE))
    viewer = (await machine.ask(ME))["viewer"]
    assert (viewer["person"]["name"], viewer["scopes"]) == ("importer", ["READ", "WRITE"])
    assert [(one["role"], one["organisation"]["slug"]) for one in viewer["memberships"]] == [("EDITOR", "olen")]
    await machine.do("createLab", LAB, "lab { slug }")
    assert await ExternalIdentity.count() == 1


async def test_a_machine_makes_no_tokens(ready: Issuer, serra: Installation) -> None:
    """Nothing that it makes outlasts what its provider says of it, whatever else the request holds."""
    machine = serra.client(ready.token(**MACHINE))
    new = {"label": "x", "scopes": ["READ"], "expiresInDays": 1}
    assert await machine.refused("issueToken", new) == [("FORBIDDEN", "")]
    both = await machine.ask(
        'mutation($i: IssueTokenInput!) { removeMember(input: {organisation: "olen", person: "x"})'
        " { userErrors { code } }"
        " issueToken(input: $i) { secret userErrors { code } } }",
        i=new,
    )
    assert both["issueToken"] == {"secret": None, "userErrors": [{"code": "FORBIDDEN"}]}


async def test_a_token_without_our_scopes_reads(ready: Issuer, serra: Installation) -> None:
    """Nothing is changed by a token that does not say so."""
    assert await serra.client(ready.token(**{**MACHINE, "scope": None})).refused("createLab", LAB) == [
        ("FORBIDDEN", "")
    ]


REFUSED: dict[str, dict[str, Any]] = {
    "for somebody else": {"aud": "https://other.example"},
    "an ID token": {"aud": "serra", "nonce": "n"},
    "an ID token for us": {"nonce": "n"},
    "expired": {"exp": int(time.time()) - 120},
    "valid for a week": {"exp": int(time.time()) + 7 * 86_400},
    "another issuer": {"iss": "https://evil.example"},
    "no role": {"groups": ["unheard of"]},
    "a subject that is too long": {"sub": "x" * 256},
}


@pytest.mark.parametrize("claims", REFUSED.values(), ids=REFUSED)
async def test_a_token_that_is_not_for_us_is_refused(
    ready: Issuer, serra: Installation, claims: dict[str, Any]
) -> None:
    """Each is refused in words, and makes nobody."""
    refused = await serra.client(ready.token(**MACHINE | claims)).send(ME)
    assert (refused.status_code, code_of(refused)) == (401, "UNAUTHENTICATED")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert await ExternalIdentity.count() == 0


@pytest.mark.parametrize("claim", ["sub", "exp", "iat"])
async def test_a_claim_that_is_missing_is_named(ready: Issuer, serra: Installation, claim: str) -> None:
    """Whoever sets a provider up reads what its tokens lack."""
    refused = await serra.client(ready.token(**MACHINE | {claim: None})).send(ME)
    assert refused.status_code == 401
    assert f"no claim «{claim}»" in refused.text


async def test_a_logout_token_gives_no_access(ready: Issuer, serra: Installation) -> None:
    """Another type of token, though it is signed by the same key, is none to enter with."""
    ready.header["typ"] = "logout+jwt"
    assert (await serra.client(ready.token(**MACHINE)).send(ME)).status_code == 401


async def test_machines_are_let_in_by_an_admin_alone(admin: Client, issuer: Issuer, serra: Installation) -> None:
    """Without the setting no token of the issuer is taken, and taking the setting back ends it at once."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    await shown()
    token = issuer.token(**MACHINE)
    assert (await serra.client(token).send(ME)).status_code == 401
    await admin.do("configureIdentityProvider", settings(issuer.address, allowsMachines=True), CONFIGURED)
    assert (await serra.client(token).send(ME)).status_code == 200
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    assert (await serra.client(token).send(ME)).status_code == 401


async def test_machines_are_let_in_once_a_person_was(admin: Client, issuer: Issuer, serra: Installation) -> None:
    """Before anybody was signed in by the issuer nothing shows whose it is, so none of its tokens is taken."""
    await admin.do("configureIdentityProvider", settings(issuer.address, allowsMachines=True), CONFIGURED)
    assert (await serra.client(issuer.token(**MACHINE)).send(ME)).status_code == 401
    await serra.browser().sign_in(issuer)
    assert (await serra.client(issuer.token(**MACHINE)).send(ME)).status_code == 200


async def test_whoever_only_names_an_issuer_has_none_of_it(
    admin: Client, issuer: Issuer, serra: Installation, network: SmallNetwork
) -> None:
    """An organisation that named it before, without proof, keeps nobody out; it has no machines and no people by it."""
    agency = serra.client(await agency_admin(network))
    evil = settings(issuer.address, allowsMachines=True, organisation="outside-agency")
    await agency.do("configureIdentityProvider", evil, CONFIGURED)
    await admin.do("configureIdentityProvider", settings(issuer.address, allowsMachines=True), CONFIGURED)
    assert (await serra.client(issuer.token(**MACHINE)).send(ME)).status_code == 401
    assert (await serra.browser().sign_in(issuer)).status_code == 200
    viewer = (await serra.client(issuer.token(**MACHINE)).ask(ME))["viewer"]
    assert [one["organisation"]["slug"] for one in viewer["memberships"]] == ["olen"]
    late = await serra.browser().sign_in(issuer, organisation="outside-agency")
    assert "another organisation" in late.text
    assert late.status_code >= 400
    await serra.client(network.steward).do("freeIssuer", {"issuer": issuer.address}, CONFIGURED)
    assert (await serra.client(issuer.token(**MACHINE)).send(ME)).status_code == 401
    assert (await serra.browser().sign_in(issuer, organisation="outside-agency")).status_code == 200


async def test_a_person_is_no_machine(ready: Issuer, serra: Installation) -> None:
    """A subject that has signed in with a browser does not enter by a token, nor the other way."""
    await serra.browser().sign_in(ready)
    assert (await serra.client(ready.token(**{**MACHINE, "sub": "ann"})).send(ME)).status_code == 401
    await serra.client(ready.token(**MACHINE)).ask(ME)
    ready.subject = "importer"
    assert (await serra.browser().sign_in(ready)).status_code == 403


async def test_a_verified_token_is_verified_rarely(
    ready: Issuer, serra: Installation, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its signature counts for a while; what the machine may do is looked up all the same."""
    machine = serra.client(ready.token(**MACHINE))
    await machine.ask(ME)
    calls = []
    verified = verifying.machine_claims

    async def counted(*given: Any) -> Any:
        calls.append(given)
        return await verified(*given)

    monkeypatch.setattr(module, "machine_claims", counted)
    for _ in range(20):
        serra.app.identity.forget()
        await machine.ask(ME)
    assert not calls
    async with keyring_change():
        await Membership.update({Membership.role: Role.READER}).where(Membership.organisation == network.olen)
    (held,) = (await machine.ask(ME))["viewer"]["memberships"]
    assert held["role"] == "READER"


async def test_an_issuer_that_is_away_is_not_the_tokens_fault(ready: Issuer, serra: Installation) -> None:
    """A token whose keys cannot be had now is answered with 503, and others go on; with keys once read it goes on."""
    ready.raw["/keys"] = b"down"
    refused = await serra.client(ready.token(**MACHINE)).send(ME)
    assert (refused.status_code, code_of(refused), refused.headers["retry-after"]) == (503, "UNAVAILABLE", "10")
    assert (await serra.client(None).send("{ viewer { email } }")).status_code == 200


@pytest.mark.parametrize("token", ["a.b.c", "..", "e30.e30.", "\x00.\x00.\x00", "x" * 20_000 + ".y.z", "[].[].[]"])
async def test_nonsense_is_no_token(ready: Issuer, serra: Installation, token: str) -> None:
    """Whatever looks like a JWT and is none is refused like any other wrong token."""
    assert (await serra.client(token).send(ME)).status_code == 401
