"""What a kill -9 between any two steps leaves behind."""

import random
import threading
import time
from pathlib import Path

import httpx

from tests.end_to_end.running import Running, start
from tests.end_to_end.test_stories import content, en

KILLS = 3
CASE = "query($slug: String!) { case(slug: $slug) { status } }"
SEARCH = (
    '{ search(query: "", filter: {type: ["Case"]}, first: 100) { edges { node { ... on Case { slug status } } } } }'
)


def publish_until_killed(serra: Running, prefix: str, answered: dict[str, str]) -> None:
    """Publish case after case; `answered` tells what the service confirmed of each."""
    for number in range(1_000):
        slug = f"{prefix}-{number}"
        given = {
            "slug": slug,
            "kind": "METHOD",
            "owner": "arbetsformedlingen",
            "audience": {"public": True},
            "content": content(en(f"A case called {slug}")),
        }
        try:
            case_id = serra.do("lab_editor", "draftCase", given, "case { id }")["case"]["id"]
            answered[slug] = "DRAFT"
            serra.do("lab_editor", "submitCase", {"id": case_id}, "case { id }")
            answered[slug] = "SUBMITTED"
            serra.do("lab_editor", "publishCase", {"id": case_id}, "case { id }")
            answered[slug] = "PUBLISHED"
        except (httpx.HTTPError, ValueError):
            return


def test_a_case_is_wholly_published_or_not_at_all(tmp_path: Path) -> None:
    """After each kill -9 the service starts by itself; what it confirmed is there, and what is published is found."""
    folder = tmp_path / "data"
    answered: dict[str, str] = {}
    serra = start(folder)
    for kill in range(KILLS):
        first = f"crash-{kill}-0"
        writer = threading.Thread(target=publish_until_killed, args=(serra, f"crash-{kill}", answered))
        writer.start()
        # However slow the machine is, something was published, and something else is on its way.
        while writer.is_alive() and answered.get(first) != "PUBLISHED":
            time.sleep(0.01)
        time.sleep(random.random())
        serra.kill()
        writer.join()
        serra = start(folder)
    try:
        states = {slug: serra.ask("lab_editor", CASE, slug=slug)["case"] for slug in answered}
        order = ["DRAFT", "SUBMITTED", "PUBLISHED"]
        for slug, confirmed in answered.items():
            assert states[slug], slug
            assert order.index(states[slug]["status"]) >= order.index(confirmed), slug
        published = {slug for slug, case in states.items() if case["status"] == "PUBLISHED"}
        assert published
        found = serra.eventually("lab_editor", SEARCH, until=lambda data: published <= slugs(data))
        shown = {edge["node"]["slug"]: edge["node"]["status"] for edge in found["search"]["edges"]}
        assert {shown[slug] for slug in published} == {"PUBLISHED"}
    finally:
        serra.stop()


def slugs(data: dict[str, dict[str, list[dict[str, dict[str, str]]]]]) -> set[str]:
    """The slugs of the cases that a search found."""
    return {edge["node"]["slug"] for edge in data["search"]["edges"]}
