"""exportMyData, and what an export holds."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import pytest

from services.artefacts.ports import FileStore
from services.errors import DomainError
from services.ids import new_id
from services.organisations.tables import Person
from services.ports import Ports
from services.privacy.data_exports import AT_MOST_EVERY, make_export, storage_key
from services.privacy.erasure import erase_person
from services.privacy.export import as_text, find_person, gather
from services.privacy.tables import DataExport
from tests.client import Client
from tests.factories.artefacts import fetch
from tests.factories.network import SmallNetwork, person
from tests.factories.privacy import EMAIL, HOME, NAME, Busy, joined

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]
MINE = "{ viewer { dataExport { askedAt readyAt size sha256 downloadUrl } } }"


async def exported(client: Client) -> dict[str, Any]:
    """The client's export as they see it."""
    found: dict[str, Any] = (await client.ask(MINE))["viewer"]["dataExport"]
    return found


async def test_a_person_fetches_their_own_data(as_: As, ada: Busy) -> None:
    """The link serves JSON with what they said, declared, uploaded and did, and what its hash says."""
    mine = await exported(as_(ada.token))
    response = await fetch(mine["downloadUrl"])
    assert response.status_code == httpx.codes.OK
    assert hashlib.sha256(response.content).hexdigest() == mine["sha256"]
    assert len(response.content) == mine["size"]
    told = json.loads(response.content)
    rows = {name: section.get("rows") for name, section in told["sections"].items()}
    assert [(one["name"], one["email"]) for one in rows["profile"]] == [(NAME, EMAIL)]
    assert [(told["organisations"][one["organisation"]], one["role"]) for one in rows["memberships"]] == [
        (HOME, "EDITOR")
    ]
    assert {one["label"] for one in rows["tokens"]} == {"laptop", "phone"}
    assert "My sister works there." in [one["conflict_of_interest"] for one in rows["reviews"]]
    assert [one["file_name"] for one in rows["uploads"]] == [f"{NAME} count.txt"]
    assert len(rows["comments"]) == 3
    assert {"add_member", "change_role"} <= {one["action"] for one in rows["said_of_you"]}
    assert {"publish_case", "record_adoption", "export_my_data"} <= {one["action"] for one in rows["done_by_you"]}
    assert all(section["about"] for section in told["sections"].values())


async def test_nothing_of_others_and_no_secret_is_in_it(as_: As, ada: Busy) -> None:
    """What others answered, who they are, and hashes of secrets stay out."""
    told = as_text(await gather(ada.person))
    assert "Thank you." not in told
    others = await Person.select(Person.id, Person.name).where(Person.id != ada.person)
    assert len(others) > 5
    assert not [one["name"] for one in others if str(one["id"]) in told]
    assert "hash" not in told.replace("sha256", "")
    assert "person:" not in told


async def test_only_its_owner_sees_that_there_is_one(as_: As, ada: Busy, network: SmallNetwork) -> None:
    """Others have an export of their own or none; nobody has one without a token."""
    assert await exported(as_(ada.admin)) is None
    assert await exported(as_(network.steward)) is None
    assert (await as_(None).ask(MINE))["viewer"] is None
    response = await as_(None).send("mutation { exportMyData(input: {}) { userErrors { code } } }")
    assert response.status_code == httpx.codes.UNAUTHORIZED


async def test_an_export_is_made_at_most_every_hour(as_: As, network: SmallNetwork, work: Work) -> None:
    """Asked twice there is one, without a link until it is made; asked an hour later the earlier file is gone."""
    client = as_(network.outsider)
    for _ in range(2):
        payload = await client.do("exportMyData", {}, "dataExport { askedAt readyAt downloadUrl }")
        assert payload["dataExport"]["downloadUrl"] is None
    assert await DataExport.count() == 1
    await work()
    first = await exported(client)
    assert first["readyAt"]
    await DataExport.update({DataExport.asked_at: datetime.now(UTC) - AT_MOST_EVERY}, force=True)
    await client.do("exportMyData", {}, "dataExport { askedAt }")
    await work()
    assert (await fetch(first["downloadUrl"])).status_code == httpx.codes.NOT_FOUND
    second = await exported(client)
    assert (await fetch(second["downloadUrl"])).status_code == httpx.codes.OK


async def test_a_second_request_says_that_it_is_one(as_: As, network: SmallNetwork) -> None:
    """Asked again within the hour, it is told that nothing is made anew."""
    client = as_(network.outsider)
    answers = [await client.do("exportMyData", {}, "isEarlier dataExport { askedAt }") for _ in range(2)]
    assert [one["isEarlier"] for one in answers] == [False, True]
    assert answers[0]["dataExport"] == answers[1]["dataExport"]


async def test_an_export_that_got_stuck_can_be_asked_for_anew(as_: As, network: SmallNetwork) -> None:
    """After a while without a file the request counts as lost."""
    client = as_(network.outsider)
    await client.do("exportMyData", {}, "dataExport { askedAt }")
    (lost,) = await DataExport.select(DataExport.id)
    await DataExport.update({DataExport.asked_at: datetime.now(UTC) - AT_MOST_EVERY}, force=True)
    await client.do("exportMyData", {}, "dataExport { askedAt }")
    (again,) = await DataExport.select(DataExport.id)
    assert again != lost


async def test_a_repeated_request_makes_nothing_twice(as_: As, network: SmallNetwork, work: Work) -> None:
    """The same idempotency key gives the export that it made."""
    client = as_(network.outsider)
    given = {"idempotencyKey": "once"}
    await client.do("exportMyData", given, "dataExport { askedAt }")
    await work()
    await DataExport.update({DataExport.asked_at: datetime.now(UTC) - AT_MOST_EVERY}, force=True)
    first = await client.do("exportMyData", given, "dataExport { askedAt }")
    assert await client.do("exportMyData", given, "dataExport { askedAt }") == first


async def test_nothing_is_left_lying_of_an_export_that_was_dropped(ports: Ports, network: SmallNetwork) -> None:
    """A job that comes after its row is gone removes what an earlier try of it may have stored."""
    export = new_id()
    await ports.files.put(storage_key(export), b"{}", media_type="application/json")
    await make_export(ports.files, export)
    assert await ports.files.stored(storage_key(export)) is None


async def test_nothing_is_left_lying_of_somebody_erased_meanwhile(
    as_: As, network: SmallNetwork, http: httpx.AsyncClient, ports: Ports
) -> None:
    """Where the person is erased between the gathering and the storing, the file goes again."""
    ada_id, token, _ = await joined(network, http)
    await as_(token).do("exportMyData", {}, "dataExport { askedAt }")
    (export,) = await DataExport.select(DataExport.id)

    class Interrupted:
        async def put(self, key: str, content: bytes, *, media_type: str) -> None:
            await ports.files.put(key, content, media_type=media_type)
            await erase_person(ada_id)

        def __getattr__(self, name: str) -> Any:
            return getattr(ports.files, name)

    await make_export(cast("FileStore", Interrupted()), export["id"])
    assert await ports.files.stored(storage_key(export["id"])) is None


async def test_past_memberships_are_told(as_: As, network: SmallNetwork, http: httpx.AsyncClient) -> None:
    """Who was removed from an organisation still learns when they were added to it and removed from it."""
    ada_id, token, admin = await joined(network, http)
    global_id = (await as_(token).ask("{ viewer { person { id } } }"))["viewer"]["person"]["id"]
    await as_(admin).do("removeMember", {"organisation": HOME, "person": global_id}, "organisation { slug }")
    told = (await gather(ada_id))["sections"]
    assert told["memberships"]["rows"] == []
    assert [row["action"] for row in told["said_of_you"]["rows"]] == ["add_member", "change_role", "remove_member"]


async def test_people_are_found_by_address_and_id(as_: As, network: SmallNetwork, http: httpx.AsyncClient) -> None:
    """An address in any case, an id, or a global id; what is ambiguous or unknown is refused in words."""
    ada_id, _, _ = await joined(network, http)
    for named in (EMAIL, EMAIL.upper(), f" {EMAIL} ", str(ada_id), f"person_{ada_id.hex}"):
        assert await find_person(named) == ada_id
    for wrong, words in (
        ("no@serra.example", "Nobody here has the address"),
        (str(new_id()), "no person"),
        ("person_bogus", "«person_bogus» is neither an e-mail address nor an id"),
        ("x" * 32, "neither"),
        ("", "neither"),
    ):
        with pytest.raises(DomainError, match=words):
            await find_person(wrong)


async def test_people_of_one_address_are_told_apart(network: SmallNetwork, http: httpx.AsyncClient) -> None:
    """Where several accounts bear an address, each is told with its name, its roles and its id, a line each."""
    ada_id, _, _ = await joined(network, http)
    await person("Twin", {})
    await Person.update({Person.email: EMAIL, Person.name: "Twin\n\x1b[2K"}).where(Person.name == "Twin")
    with pytest.raises(DomainError) as refused:
        await find_person(EMAIL)
    first, *told = str(refused.value).splitlines()
    assert first == "Several people have this address. Name one by id:"
    twin_id = (await Person.select(Person.id).where(Person.name.like("Twin%")))[0]["id"]
    assert sorted(told) == sorted(
        [f"  {NAME}, EDITOR of {HOME}, id {ada_id}", f"  Twin [2K, in no organisation, id {twin_id}"]
    )
