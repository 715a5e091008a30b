"""Sign-in at a second real provider, Canaille, a program of others: what we follow is the standard."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests.end_to_end.canaille import PACKAGE, SCOPES, Canaille, Registration, Visitor
from tests.end_to_end.outside import WHOLE, from_pypi
from tests.end_to_end.running import Running, free_port

pytestmark = [pytest.mark.deep, pytest.mark.timeout(WHOLE)]
SLUG = "second-provider-agency"
RULES = [
    {"claim": "groups", "contains": "leads", "role": "EDITOR"},
    {"claim": "groups", "contains": "innovation-lab", "role": "REVIEWER"},
    {"claim": "groups", "contains": "importers", "role": "EDITOR"},
]
_PAUSE = 11
"""Seconds after which a running Serra asks for keys again."""
Keys = list[RSAKey | ECKey | OKPKey]
ME = "{ viewer { person { name } email scopes memberships { role organisation { slug } } } }"


@pytest.fixture(scope="module")
def keys() -> Keys:
    """Keys of each kind that Canaille signs with."""
    return [RSAKey.generate_key(2048), ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")]


@pytest.fixture(scope="module")
def canaille(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Canaille]:
    """Canaille with three people in it, of whom one is in no group."""
    folder = tmp_path_factory.mktemp("canaille")
    from_pypi(folder, "Canaille", PACKAGE)
    running = Canaille(folder, free_port())
    try:
        running.start(*keys)
        for name, full_name in (
            ("ann", "Ann Peeters"),
            ("bob", "Bob Claes"),
            ("eve", "Eve Maes"),
            ("robot", "A Robot"),
        ):
            running.add_person(name, full_name)
        running.add_group("leads", "ann")
        running.add_group("innovation-lab", "bob", "ann")
        running.add_group("importers", "robot")
        yield running
    finally:
        running.stop()


Visit = Callable[[str], Visitor]


@pytest.fixture
def visit(serra: Running) -> Iterator[Visit]:
    """A new browser of somebody: `visit("ann")`."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(Visitor(name, serra.url))


@pytest.fixture(scope="module")
def organisation(serra: Running) -> str:
    """An organisation that nobody signs in to yet."""
    given = {
        "slug": SLUG,
        "names": [{"language": "en", "text": "Second Provider Agency"}],
        "kind": "PES",
        "level": "NATIONAL",
        "country": "BE",
    }
    serra.do("admin", "registerOrganisation", given, "organisation { slug }")
    return SLUG


@dataclass(frozen=True, slots=True)
class Connected:
    """Serra and Canaille, and as what Canaille knows Serra."""

    serra: Running
    canaille: Canaille
    client: Registration

    def register(self, **metadata: Any) -> Registration:
        """Another registration of Serra at Canaille."""
        return self.canaille.register(_callback(self.serra), **metadata)

    def use(self, client: Registration, **changes: Any) -> None:
        """Have the organisation's people sign in as this client from now on."""
        given = {
            "organisation": SLUG,
            "issuer": self.canaille.issuer,
            "clientId": client.client_id,
            "clientSecret": client.secret,
            "scopes": SCOPES,
            "rules": RULES,
            **changes,
        }
        self.serra.do("admin", "configureIdentityProvider", given, "organisation { slug }")

    def ask(self, token: str) -> httpx.Response:
        """What Serra answers a program with a token."""
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.post(f"{self.serra.url}/graphql", json={"query": ME}, headers=headers)


@pytest.fixture(scope="module")
def client(canaille: Canaille, serra: Running, organisation: str) -> Registration:
    """Serra as Canaille knows it, for an organisation."""
    assert organisation == SLUG
    return canaille.register(_callback(serra))


@pytest.fixture
def connected(serra: Running, canaille: Canaille, client: Registration) -> Connected:
    """Both, connected as the organisation's ADMIN does it first."""
    both = Connected(serra, canaille, client)
    both.use(client)
    return both


def _callback(serra: Running) -> str:
    return f"{serra.url}/sign-in/callback/{SLUG}"


def _parameters(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def _with(location: str, **changes: str) -> str:
    return urlsplit(location)._replace(query=urlencode(_parameters(location) | changes)).geturl()


def _role(visitor: Visitor) -> str | None:
    viewer = visitor.ask(ME).json()["data"]["viewer"]
    return viewer and {one["organisation"]["slug"]: one["role"] for one in viewer["memberships"]}.get(SLUG)


def _is_in(answer: httpx.Response) -> bool:
    assert answer.status_code == 303, answer.text
    return True


def _code(answer: httpx.Response) -> str:
    code: str = answer.json()["errors"][0]["extensions"]["code"]
    return code


def test_people_sign_in_with_the_roles_of_their_groups(connected: Connected, visit: Visit) -> None:
    """Password page, consent page, and back: each has the role of the first rule that fits, and one has none."""
    ann, bob, eve = visit("ann"), visit("bob"), visit("eve")
    done = ann.sign_in(SLUG, "/graphql?from=sign-in")
    assert (done.status_code, done.headers["location"]) == (303, "/graphql?from=sign-in")
    assert ann.seen == ["/login", "/auth/password", "/oauth/authorize"]
    assert _is_in(bob.sign_in(SLUG))
    assert [_role(ann), _role(bob)] == ["EDITOR", "REVIEWER"]
    refused = eve.sign_in(SLUG)
    assert (refused.status_code, _code(refused)) == (403, "FORBIDDEN")
    viewer = ann.ask(ME).json()["data"]["viewer"]
    # Canaille says of no address that it is verified, so none is taken.
    assert (viewer["person"]["name"], viewer["email"]) == ("Ann Peeters", None)


def test_a_role_follows_the_rules_of_the_admin(connected: Connected, visit: Visit) -> None:
    """What the ADMIN changes counts with the next sign-in, which asks for no password again; it is the same person."""
    bob = visit("bob")
    assert _is_in(bob.sign_in(SLUG))
    before = bob.ask(ME).json()["data"]["viewer"]["person"]
    rules = [{"claim": "groups", "contains": "innovation-lab", "role": "READER"}]
    connected.use(connected.client, rules=rules)
    assert _role(bob) == "REVIEWER"
    assert _is_in(bob.sign_in(SLUG))
    assert bob.seen == []
    assert _role(bob) == "READER"
    assert bob.ask(ME).json()["data"]["viewer"]["person"] == before
    connected.use(connected.client, rules=[{**rules[0], "contains": "nobody"}])
    assert _code(bob.sign_in(SLUG)) == "FORBIDDEN"


def test_an_answer_that_was_tampered_with_is_refused(connected: Connected, visit: Visit) -> None:
    """Another issuer, none although it is promised, another browser, and the same answer again; and a code is one's."""
    ann, thief = visit("ann"), visit("bob")
    own = ann.answer(SLUG)
    assert _code(thief.http.get(own)) == "NO_SIGN_IN"
    assert _code(ann.http.get(_with(own, iss="https://login.example"))) == "WRONG_ISSUER"
    assert _code(ann.http.get(_with(ann.answer(SLUG), iss=""))) == "PROVIDER_REFUSED"
    code = _parameters(ann.answer(SLUG))["code"]
    assert _code(thief.http.get(_with(thief.answer(SLUG), code=code))) == "PROVIDER_REFUSED"
    kept = ann.answer(SLUG)
    cookies = dict(ann.http.cookies)
    assert ann.http.get(kept).status_code == 303
    ann.http.cookies.update(cookies)
    assert _code(ann.http.get(kept)) == "REPLAYED"


def test_whoever_does_not_consent_is_not_signed_in(connected: Connected, visit: Visit) -> None:
    """Canaille's refusal is said in words, and nobody is signed in."""
    other = connected.register()
    connected.use(other)
    ann = visit("ann")
    ann.denies = True
    refused = ann.sign_in(SLUG)
    assert (refused.status_code, _code(refused)) == (403, "PROVIDER_REFUSED")
    assert "access_denied" in refused.text
    assert _role(ann) is None


def test_signing_out_ends_the_session_here(connected: Connected, visit: Visit) -> None:
    """A copy of the cookie signs nothing any more; Canaille's own session goes on until it is ended there."""
    ann = visit("ann")
    assert _is_in(ann.sign_in(SLUG))
    copied = ann.http.cookies["serra"]
    out = ann.http.post(f"{ann.serra}/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
    assert (out.status_code, "serra" in ann.http.cookies) == (204, False)
    ann.http.cookies.set("serra", copied)
    assert ann.ask(ME).status_code == 401
    assert _is_in(ann.sign_in(SLUG))
    assert ann.seen == []
    page = ann.http.get(
        f"{connected.canaille.issuer}/oauth/end_session", params={"client_id": connected.client.client_id}
    )
    assert ann.filled_in(page).is_redirect
    assert _is_in(ann.sign_in(SLUG))
    assert ann.seen == ["/login", "/auth/password"]


def test_new_keys_are_found(connected: Connected, keys: Keys, visit: Visit) -> None:
    """After Canaille has changed its key, which it names as its specification has it, people sign in as before."""
    assert _is_in(visit("ann").sign_in(SLUG))
    connected.canaille.stop()
    connected.canaille.start(RSAKey.generate_key(2048), *keys[1:], inactive=(keys[0],))
    time.sleep(_PAUSE)
    again = visit("ann")
    assert _is_in(again.sign_in(SLUG))
    assert _role(again) == "EDITOR"


@pytest.mark.parametrize(
    ("method", "algorithm"),
    [
        ("client_secret_basic", "RS256"),
        ("client_secret_basic", "PS256"),
        ("client_secret_post", "ES256"),
        ("client_secret_post", "EdDSA"),
        ("none", "Ed25519"),
    ],
)
def test_each_way_of_registering_works(connected: Connected, visit: Visit, method: str, algorithm: str) -> None:
    """However the client shows its secret, or has none, and whatever its ID tokens are signed with.

    Canaille takes each of these ways, and from one client one of them alone.
    """
    other = connected.register(token_endpoint_auth_method=method, id_token_signed_response_alg=algorithm)
    secret = "" if method == "none" else other.secret
    connected.use(other, clientSecret=secret)
    ann = visit("ann")
    assert _is_in(ann.sign_in(SLUG))
    assert _role(ann) == "EDITOR"


def test_a_secret_may_have_any_signs(connected: Connected, visit: Visit) -> None:
    """Canaille does not decode what RFC 6749 encodes in the header; where it takes the form as well, that is tried."""
    secret = "a secret: with/all &kinds of+signs"
    other = connected.register(token_endpoint_auth_method="client_secret_post")
    connected.canaille.set_client(other, "--client-secret", secret)
    connected.use(other, clientSecret=secret)
    assert _is_in(visit("ann").sign_in(SLUG))
    connected.use(other, clientSecret="another secret")
    refused = visit("ann").sign_in(SLUG)
    assert (_code(refused), "invalid_client" in refused.text) == ("PROVIDER_REFUSED", True)


def test_programs_work_with_what_canaille_gives_them(connected: Connected, visit: Visit) -> None:
    """A JWT for us signs as an editor who reads; one of client credentials is opaque, and is refused."""
    connected.use(connected.client, allowsMachines=True)
    assert _is_in(visit("ann").sign_in(SLUG))
    importer = connected.canaille.add_program("importer", for_audience=connected.serra.url)
    given = connected.canaille.grant(importer, grant_type="password", username="robot", scope="openid groups")[
        "access_token"
    ]
    answer = connected.ask(given)
    assert answer.status_code == 200, answer.text
    viewer = answer.json()["data"]["viewer"]
    assert viewer["scopes"] == ["READ"]
    assert [(one["role"], one["organisation"]["slug"]) for one in viewer["memberships"]] == [("EDITOR", SLUG)]
    opaque = connected.canaille.grant(importer, grant_type="client_credentials")["access_token"]
    refused = connected.ask(opaque)
    assert refused.status_code == 401
    connected.use(connected.client)
    ended = connected.ask(given)
    assert ended.status_code == 401


def test_an_issuer_may_end_with_a_slash(connected: Connected, keys: Keys, visit: Visit) -> None:
    """It is taken as it is written; without the slash nobody is signed in, and it says what is wrong."""
    connected.canaille.stop()
    connected.canaille.port = free_port()
    connected.canaille.start(*keys, named=False)
    connected.use(connected.client)
    refused = visit("ann").http.get(f"{connected.serra.url}/sign-in", params={"organisation": SLUG})
    assert (refused.status_code, "slash" in refused.text) == (502, True)
    connected.use(connected.client, issuer=f"{connected.canaille.issuer}/")
    ann = visit("ann")
    assert _is_in(ann.sign_in(SLUG))
    assert _role(ann) == "EDITOR"
