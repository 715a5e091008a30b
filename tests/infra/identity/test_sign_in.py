"""Sign-in by an organisation's own provider: who comes in, as whom, with which role, and for how long."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from unittest.mock import ANY

import asyncpg
import pytest

from infra.http.buckets import Buckets
from infra.identity import tokens
from services.identity.tables import ExternalIdentity, Session
from services.log import LogEntry
from services.organisations.keyrings import keyring_change
from services.organisations.tables import Membership, Organisation, Person
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import check_profiles, members_of, pes_admin
from tests.infra.identity.conftest import Install
from tests.infra.identity.issuer import Issuer, Key, keys
from tests.infra.identity.signing import ME, OWN_PAGE, Browser, Installation, code_of, parameters, settings

CONFIGURED = "organisation { slug }"


async def test_a_provider_signs_its_people_in(admin: Client, browser: Browser, issuer: Issuer) -> None:
    """Whom the provider names is a new person with the role of the first rule that fits, and goes where they wanted."""
    issuer.claims |= {"email": "ann@olen.example", "email_verified": True}
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    done = await browser.sign_in(issuer, return_to="/graphql?x=1")
    assert (done.status_code, done.headers["location"]) == (303, "/graphql?x=1")
    me = await browser.me()
    assert me is not None
    assert (me["person"]["name"], me["email"], me["scopes"]) == (
        "Ann Peeters",
        "ann@olen.example",
        ["READ", "REVIEW", "WRITE"],
    )
    assert await browser.roles() == {"olen": "EDITOR"}
    assert ("Ann Peeters", "EDITOR") in await members_of(admin, "olen")
    await check_profiles()


async def test_who_signs_in_while_a_neighbour_guesses_is_not_kept_out(
    admin: Client, serra: Installation, browser: Browser, issuer: Issuer
) -> None:
    """Their session began at the address, so it is known there; another secret is not looked at."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    serra.app.guessing.wrong = Buckets(1, 0.001)
    for status in (401, 429):
        assert (await serra.client("serra_x").send(ME)).status_code == status
    await browser.sign_in(issuer)
    assert await browser.roles() == {"olen": "EDITOR"}


async def test_the_last_page_can_be_loaded_anew(admin: Client, browser: Browser, issuer: Issuer) -> None:
    """Who was going nowhere is sent on to a page that says that it is done, away from the provider's answer."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    browser.http.headers["Accept"] = "text/html"
    done = await browser.sign_in(issuer)
    assert (done.status_code, done.headers["location"]) == (303, "/sign-in/done")
    for _ in range(2):
        page = await browser.http.get("/sign-in/done")
        assert (page.status_code, "<h1>Signed in</h1>" in page.text) == (200, True)


async def test_a_sign_in_that_was_begun_elsewhere_says_where_to_begin(serra: Installation) -> None:
    """At another name of the host the browser leaves its cookie behind; it is told the address that works."""
    lost = await serra.browser().http.get("/sign-in/callback/olen", params={"code": "c", "state": "s"})
    assert (lost.status_code, code_of(lost)) == (400, "NO_SIGN_IN")
    assert "Begin again at http://127.0.0.1:8000/sign-in." in lost.text


async def test_the_session_cookie_is_out_of_reach(install: Install, network: SmallNetwork, issuer: Issuer) -> None:
    """No script reads it, no other site sends it, and no connection in the clear carries it; the challenge likewise."""
    serra = install(public_url="https://serra.example")
    await serra.client(await person("Admin", {network.olen: Role.ADMIN})).do(
        "configureIdentityProvider", settings(issuer.address), CONFIGURED
    )
    browser = serra.browser()
    begun = await browser.http.get("/sign-in", params={"organisation": "olen"})
    assert begun.headers["set-cookie"].startswith("__Host-serra-sign-in=")
    done = await serra.browser().sign_in(issuer)
    cookies = done.headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["__Host-serra", "__Host-serra-sign-in"]
    for cookie in [*cookies, begun.headers["set-cookie"]]:
        assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} < set(cookie.split("; "))
    assert done.json() == {"signedIn": True}


async def test_a_second_sign_in_is_the_same_person(admin: Client, serra: Installation, issuer: Issuer) -> None:
    """The issuer's subject says who it is, whatever their name has become."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    one, two = serra.browser(), serra.browser()
    await one.sign_in(issuer)
    issuer.claims["name"] = "Ann Janssens"
    await two.sign_in(issuer)
    first, second = await one.me(), await two.me()
    assert first
    assert second
    assert first["person"] == second["person"]


async def test_an_address_signs_nobody_in(admin: Client, browser: Browser, issuer: Issuer) -> None:
    """A provider that gives the verified address of an administrator is taken at its word for nothing: a new person."""
    await Person.update({Person.email: "boss@olen.example"}).where(Person.name == "Olen admin")
    issuer.claims |= {"email": "boss@olen.example", "email_verified": True, "name": "Olen admin"}
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    await browser.sign_in(issuer)
    me = await browser.me()
    assert me
    assert me["person"]["id"] != (await admin.ask("{ viewer { person { id } } }"))["viewer"]["person"]["id"]
    assert await browser.roles() == {"olen": "EDITOR"}


async def test_a_role_follows_the_claims(admin: Client, serra: Installation, issuer: Issuer) -> None:
    """Another group is another role with the next sign-in; without one the membership ends, and it says why."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    browser = serra.browser()
    await browser.sign_in(issuer)
    issuer.claims["groups"] = ["staff", "leads", "innovation-lab"]
    await browser.sign_in(issuer)
    assert await browser.roles() == {"olen": "ADMIN"}
    issuer.claims["groups"] = ["staff"]
    refused = await serra.browser().sign_in(issuer)
    assert (refused.status_code, code_of(refused)) == (403, "FORBIDDEN")
    assert "administrator" in refused.text
    assert await browser.roles() == {}
    await check_profiles()
    follows = LogEntry.action.is_in(["follow_claims", "sign_in"])
    told = await LogEntry.select(LogEntry.action, LogEntry.detail).where(follows).order_by(LogEntry.id)
    details = [json.loads(one["detail"]) for one in told]
    assert [one for one in details if one.get("method") != "PERSONAL_TOKEN"] == [
        {"from": None, "to": "EDITOR"},
        {"method": "OPENID_CONNECT", "address": ANY},
        {"from": "EDITOR", "to": "ADMIN"},
        {"method": "OPENID_CONNECT", "address": ANY},
        {"from": "ADMIN", "to": None},
    ]


async def test_the_last_admin_stays(admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork) -> None:
    """Claims that would leave an organisation without an ADMIN change nothing, until there is another one."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    issuer.claims["groups"] = ["leads"]
    browser = serra.browser()
    await browser.sign_in(issuer)
    await (
        Membership.delete()
        .where((Membership.organisation == network.olen) & (Membership.role == Role.ADMIN))
        .where(
            Membership.person != (await ExternalIdentity.objects().first()).person  # type: ignore[union-attr]
        )
    )
    issuer.claims["groups"] = []
    assert (await browser.sign_in(issuer)).status_code == 200
    assert await browser.roles() == {"olen": "ADMIN"}
    await person("Another admin", {network.olen: Role.ADMIN})
    assert (await browser.sign_in(issuer)).status_code == 403


async def test_a_provider_speaks_for_its_organisation_alone(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork
) -> None:
    """Somebody who is an ADMIN elsewhere, too, and a steward, is neither for Olen's provider."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    browser = serra.browser()
    await browser.sign_in(issuer)
    identity = await ExternalIdentity.objects().first()
    assert identity
    async with keyring_change():
        await Membership.insert(Membership(person=identity.person, organisation=network.agency, role=Role.ADMIN))
        await Person.update({Person.is_steward: True}).where(Person.id == identity.person)
    lab = {"slug": "lab", "names": [{"language": "en", "text": "Lab"}]}
    made = "mutation($i: CreateLabInput!) { createLab(input: $i) { userErrors { code } } }"
    foreign = await browser.ask(made, i={**lab, "organisation": "outside-agency"})
    assert [one["code"] for one in foreign.json()["data"]["createLab"]["userErrors"]] == ["FORBIDDEN"]
    own = await browser.ask(made, i={**lab, "organisation": "olen"})
    assert own.json()["data"]["createLab"]["userErrors"] == []
    seen = await browser.ask('{ organisation(slug: "outside-agency") { members(first: 1) { totalCount } } }')
    assert seen.json()["data"]["organisation"]["members"]["totalCount"] == 0


async def test_a_token_made_in_a_session_is_held_as_close(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork
) -> None:
    """It speaks for the same organisation alone, and lasts a month at most."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    browser = serra.browser()
    await browser.sign_in(issuer)
    identity = await ExternalIdentity.objects().first()
    assert identity
    async with keyring_change():
        await Membership.insert(Membership(person=identity.person, organisation=network.agency, role=Role.ADMIN))
    query = "mutation($i: IssueTokenInput!) { issueToken(input: $i) { secret userErrors { code field } } }"
    new = {"label": "export", "scopes": ["READ", "WRITE"]}
    long = (await browser.ask(query, i={**new, "expiresInDays": 31})).json()["data"]["issueToken"]
    assert long["userErrors"] == [{"code": "INVALID", "field": ["expiresInDays"]}]
    secret = (await browser.ask(query, i={**new, "expiresInDays": 30})).json()["data"]["issueToken"]["secret"]
    lab = {"slug": "lab", "organisation": "outside-agency", "names": [{"language": "en", "text": "Lab"}]}
    assert await serra.client(secret).refused("createLab", lab) == [("FORBIDDEN", "")]
    await serra.client(secret).do("createLab", {**lab, "organisation": "olen"}, "lab { slug }")


async def test_a_session_lists_the_tokens_that_it_may_end(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork
) -> None:
    """Of a person's tokens it has those that were made in it; a personal token from elsewhere has all."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    browser = serra.browser()
    headers = {"Authorization": f"Bearer {network.olen_reader}"}
    begun = await browser.http.post("/sign-in", json={"organisation": "olen"}, headers=headers)
    asked = parameters(begun.json()["location"])
    await browser.finish(code=issuer.authorise(asked), state=asked["state"])
    listed = "{ viewer { tokens { id label } } }"
    assert (await browser.ask(listed)).json()["data"]["viewer"]["tokens"] == []
    made = "mutation($i: IssueTokenInput!) { issueToken(input: $i) { secret userErrors { code } } }"
    await browser.ask(made, i={"label": "close", "scopes": ["READ"], "expiresInDays": 30})
    everywhere = (await serra.client(network.olen_reader).ask(listed))["viewer"]["tokens"]
    assert [one["label"] for one in everywhere] == ["close", "test"]
    assert (await browser.ask(listed)).json()["data"]["viewer"]["tokens"] == everywhere[:1]
    ended = "mutation($i: RevokeTokenInput!) { revokeToken(input: $i) { userErrors { code } } }"
    answers = [(await browser.ask(ended, i={"id": one["id"]})).json()["data"]["revokeToken"] for one in everywhere]
    assert answers == [{"userErrors": []}, {"userErrors": [{"code": "NOT_FOUND"}]}]


async def test_whoever_is_signed_in_connects_the_provider(
    serra: Installation, admin: Client, issuer: Issuer, network: SmallNetwork
) -> None:
    """A person with a personal token has the provider know them, and is from then on the same person by both ways."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    browser = serra.browser()
    headers = {"Authorization": f"Bearer {network.olen_reader}"}
    begun = await browser.http.post("/sign-in", json={"organisation": "olen"}, headers=headers)
    asked = parameters(begun.json()["location"])
    assert (await browser.finish(code=issuer.authorise(asked), state=asked["state"])).status_code == 200
    me = await browser.me()
    assert me
    assert me["person"]["name"] == "Olen reader"
    assert await browser.roles() == {"olen": "EDITOR"}
    another = serra.browser()
    begun = await another.http.post(
        "/sign-in", json={"organisation": "olen"}, headers={"Authorization": f"Bearer {network.pes_editor}"}
    )
    asked = parameters(begun.json()["location"])
    refused = await another.finish(code=issuer.authorise(asked), state=asked["state"])
    assert (refused.status_code, code_of(refused)) == (409, "ALREADY_EXISTS")
    assert (await another.http.post("/sign-in", json={"organisation": "olen"})).status_code == 401
    by_session = await browser.http.post("/sign-in", json={"organisation": "olen"}, headers=OWN_PAGE)
    assert by_session.status_code == 403


async def test_signing_out_ends_the_session(admin: Client, serra: Installation, issuer: Issuer) -> None:
    """The cookie goes, and a copy of it signs nothing any more."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    browser, thief = serra.browser(), serra.browser()
    await browser.sign_in(issuer)
    thief.http.cookies = dict(browser.http.cookies)
    assert await thief.roles() == {"olen": "EDITOR"}
    assert (await browser.http.post("/sign-out", headers=OWN_PAGE)).status_code == 204
    assert "serra" not in browser.http.cookies
    assert await browser.me() is None
    refused = await thief.ask("{ viewer { person { id } } }")
    assert (refused.status_code, code_of(refused)) == (401, "UNAUTHENTICATED")
    assert "Max-Age=0" in refused.headers["set-cookie"]
    assert [one["action"] for one in await LogEntry.select(LogEntry.action).order_by(LogEntry.id)][-2:] == [
        "sign_in",
        "sign_out",
    ]


@pytest.mark.parametrize(
    "column", [{Session.expires_at: timedelta(minutes=-1)}, {Session.last_used_at: timedelta(hours=-3)}]
)
async def test_a_session_ends(
    admin: Client, serra: Installation, issuer: Issuer, column: dict[object, timedelta]
) -> None:
    """After half a day, and when nobody has used it for two hours."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    browser = serra.browser()
    await browser.sign_in(issuer)
    async with keyring_change():
        await Session.update({name: datetime.now(UTC) + past for name, past in column.items()}, force=True)  # type: ignore[misc]
    assert (await browser.ask("{ viewer { email } }")).status_code == 401


async def test_what_another_server_ends_is_over_here(
    admin: Client, serra: Installation, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session that was ended, or a machine that was let in no longer, elsewhere: this server hears of it soon."""
    monkeypatch.setattr(tokens, "LOOKED_AT_SECONDS", 0.0)
    await admin.do("configureIdentityProvider", settings(issuer.address, allowsMachines=True), CONFIGURED)
    browser, machine = serra.browser(), serra.client(issuer.token(aud=serra.url, sub="importer"))
    await browser.sign_in(issuer)
    for _ in range(2):
        assert await browser.roles() == {"olen": "EDITOR"}
        assert (await machine.send(ME)).status_code == 200
    await serra.pool.execute("update session set revoked_at = now()")
    assert (await browser.ask(ME)).status_code == 401
    assert (await machine.send(ME)).status_code == 200
    await serra.pool.execute("update identity_provider set allows_machines = false")
    assert (await machine.send(ME)).status_code == 401


async def test_a_provider_that_is_gone_signs_nobody_in(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork
) -> None:
    """Switched off, changed or removed, it ends its sessions at once; taken up again it knows its people still."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    browser = serra.browser()
    await browser.sign_in(issuer)
    first = await browser.me()
    await admin.do("configureIdentityProvider", settings(issuer.address, isEnabled=False), CONFIGURED)
    assert (await browser.ask("{ viewer { email } }")).status_code == 401
    off = await serra.browser().http.get("/sign-in", params={"organisation": "olen"})
    none = await serra.browser().http.get("/sign-in", params={"organisation": "outside-agency"})
    unknown = await serra.browser().http.get("/sign-in", params={"organisation": "nothing-here"})
    assert {(one.status_code, one.text) for one in (off, none, unknown)} == {(404, off.text)}
    await admin.do("removeIdentityProvider", {"organisation": "olen"}, CONFIGURED)
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    browser = serra.browser()
    await browser.sign_in(issuer)
    again = await browser.me()
    assert first
    assert again
    assert again["person"] == first["person"]
    pes = serra.client(await pes_admin(network))
    taken = settings(issuer.address, organisation="arbetsformedlingen")
    assert await pes.refused("configureIdentityProvider", taken) == [("ALREADY_EXISTS", "issuer")]


async def test_an_issuer_that_moves_knows_nobody_of_before(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork
) -> None:
    """The same issuer, set by another organisation later, names other people than before."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    browser = serra.browser()
    await browser.sign_in(issuer)
    first = await browser.me()
    await admin.do("removeIdentityProvider", {"organisation": "olen"}, CONFIGURED)
    pes = serra.client(await pes_admin(network))
    moved = settings(issuer.address, organisation="arbetsformedlingen")
    await pes.do("configureIdentityProvider", moved, CONFIGURED)
    browser = serra.browser()
    await browser.sign_in(issuer, organisation="arbetsformedlingen")
    second = await browser.me()
    assert first
    assert second
    assert first["person"]["id"] != second["person"]["id"]
    assert await browser.roles() == {"arbetsformedlingen": "EDITOR"}


@pytest.mark.parametrize(("algorithm", "key"), keys(), ids=lambda one: one if isinstance(one, str) else "")
async def test_each_algorithm_is_understood(
    admin: Client, browser: Browser, issuer: Issuer, algorithm: str, key: Key
) -> None:
    """RSA, RSA-PSS, elliptic curves and Edwards curves all sign."""
    issuer.rotate(key, algorithm)
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    assert (await browser.sign_in(issuer)).status_code == 200


async def test_groups_may_stand_in_userinfo(admin: Client, browser: Browser, issuer: Issuer) -> None:
    """What the ID token leaves out is asked for; what is told of somebody else there is refused."""
    issuer.claims["groups"] = None
    issuer.userinfo = {"sub": "ann", "groups": ["leads"]}
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    await browser.sign_in(issuer)
    assert await browser.roles() == {"olen": "ADMIN"}
    issuer.userinfo["sub"] = "bob"
    refused = await browser.sign_in(issuer)
    assert (refused.status_code, code_of(refused)) == (403, "PROVIDER_REFUSED")


async def test_an_erased_person_stays_gone(admin: Client, serra: Installation, issuer: Issuer) -> None:
    """Somebody who was erased is signed in by nothing, and not made anew."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    browser = serra.browser()
    await browser.sign_in(issuer)
    identity = await ExternalIdentity.objects().first()
    assert identity
    async with keyring_change():
        await Person.update({Person.erased_at: datetime.now(UTC)}).where(Person.id == identity.person)
    assert (await browser.ask("{ viewer { email } }")).status_code == 401
    assert (await serra.browser().sign_in(issuer)).status_code == 403
    assert await ExternalIdentity.count() == 1


async def test_an_organisation_that_goes_takes_its_provider_along(
    admin: Client, browser: Browser, issuer: Issuer, network: SmallNetwork
) -> None:
    """Nothing of a provider is left when its organisation is deleted."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    await browser.sign_in(issuer)
    await Organisation.delete().where(Organisation.id == network.olen)
    assert await Session.count() == await ExternalIdentity.count() == 0


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(asyncpg.CannotConnectNowError("starting"), 503, "UNAVAILABLE"), (KeyError("secret"), 500, "INTERNAL")],
)
async def test_what_fails_is_told_as_everywhere(serra: Installation, error: Exception, status: int, code: str) -> None:
    """A database that is away is 503, to be tried again; anything else is 500 with an id. A browser gets a page."""

    class Failing:
        async def begin(self, *_: object) -> None:
            raise error

    serra.app.identity.signing_in = cast("Any", Failing())
    http = serra.browser().http
    told = await http.get("/sign-in")
    assert (told.status_code, code_of(told)) == (status, code)
    assert told.headers.get("retry-after") == ("5" if status == 503 else None)
    page = await http.get("/sign-in", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert str(error) not in told.text + page.text
