import re
from pathlib import Path

import httpx

from infra.bundles.read import read_bundle
from infra.bundles.reference import page
from infra.bundles.send import Report, import_bundles
from infra.postgres.database import Database
from tests.factories.bundles import signed, steward

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLE = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(#([a-z-]+)\)")


def test_the_fields_are_those_of_the_schema() -> None:
    """docs/bundle-fields.md is what `python -m infra.bundles.reference` prints."""
    assert (DOCS / "bundle-fields.md").read_text(encoding="utf-8") == page()


def test_every_link_leads_to_a_heading() -> None:
    """Whoever follows a field to the map that it holds arrives there, and no heading stands there twice."""
    headings = [line[3:].lower().replace(" ", "-") for line in page().splitlines() if line.startswith("## ")]
    assert len(set(headings)) == len(headings)
    assert set(LINK.findall(page())) <= set(headings)


async def test_the_examples_of_the_guide_can_be_imported(http: httpx.AsyncClient, clean: Database) -> None:
    """What docs/bundles.md shows is a bundle, and Serra takes it as it is."""
    guide = (DOCS / "bundles.md").read_text(encoding="utf-8")
    examples = [read_bundle(text, f"example {number}") for number, text in enumerate(EXAMPLE.findall(guide))]
    told: list[str] = []
    async with signed(http, await steward()) as client:
        report = await import_bundles(client, examples, Report(told.append))
    assert report.failures == [], told
    assert report.summary == "5 made"
