"""Rounds in which two people were observed, whose words are repeated wherever people can repeat them.

One of them leaves, the other stays. Every word of whoever leaves holds `LEAVING`, every word of the other `STAYING`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from services.privacy.ages import AgeLimits
from services.privacy.retention import retain
from services.test_rounds.tables import Consent
from tests.client import Client
from tests.factories.artefacts import stored_file
from tests.factories.comments import commented
from tests.factories.reviews import VERDICT, accepted
from tests.factories.rounds import CONSENT, en, moved, observation, own_case, running, verdicts

LEAVING, STAYING = "quor", "zelt"
STEMS = {"Alder": LEAVING, "Birch": STAYING}
PUBLIC = {"public": True}
PLACES = (
    *("comment", "anchor", "around", "case comment", "review", "finding", "action", "verdict", "reason", "deviation"),
    *("file", "case file"),
)
"""Where people repeat what was observed: `anchor` a part of it, `around` a part before and after another quote."""


@dataclass(frozen=True, slots=True)
class Said:
    """An observation of somebody, and where its text, or else its quote, is repeated."""

    alias: str
    text: str
    quote: str | None
    places: frozenset[str]

    @property
    def repeated(self) -> str:
        """The words that are repeated."""
        return self.quote or self.text


@dataclass(frozen=True, slots=True)
class Scene:
    """What was said, who has a recording of their own, whether files are read before somebody leaves, and how they do.

    `by` is withdrawConsent, or the end of what was promised in their consent.
    """

    said: tuple[Said, ...]
    recorded: frozenset[str]
    read_before: bool
    by: str

    def of(self, alias: str, place: str) -> list[str]:
        """What is repeated of somebody in a place."""
        return [one.repeated for one in self.said if one.alias == alias and place in one.places]


@dataclass(frozen=True, slots=True)
class Played:
    """The ids of a scene that was played."""

    round: dict[str, Any]
    case: str
    files: dict[str, str]


def _words(stem: str) -> st.SearchStrategy[str]:
    return st.lists(st.integers(0, 5).map(lambda n: f"{stem}{n}"), min_size=3, max_size=9).map(" ".join)


def _said(alias: str) -> st.SearchStrategy[Said]:
    words = _words(STEMS[alias])
    return st.builds(
        Said, st.just(alias), words, st.none() | words, st.frozensets(st.sampled_from(PLACES), max_size=len(PLACES))
    )


SCENES = st.builds(
    Scene,
    st.tuples(_said("Alder"), _said("Birch"), st.sampled_from(sorted(STEMS)).flatmap(_said)),
    st.frozensets(st.sampled_from(sorted(STEMS))),
    st.booleans(),
    st.sampled_from(["withdrawal", "retention"]),
)
EVERYTHING = Scene(
    said=tuple(
        Said(alias, f"{stem}1 {stem}2 {stem}3 {stem}4", f"{stem}5 {stem}6 {stem}7", frozenset(PLACES))
        for alias, stem in STEMS.items()
    ),
    recorded=frozenset(STEMS),
    read_before=True,
    by="withdrawal",
)
"""Where each mistake shows."""


async def play(scene: Scene, editor: Client, reviewer: Client, work: Callable[[], Awaitable[None]]) -> Played:
    """Let people observe and repeat what they saw. The reviewer, and everybody else, asked for their own data."""
    case = await own_case(editor)
    made = await running(editor, recordsPeople=True, audience=PUBLIC, start={"lawfulBasis": "CONSENT"})
    for alias in STEMS:
        consent = {**CONSENT, "coversRecording": True}
        await moved(editor, "recordConsent", made, alias=alias, **consent)
    batch = [
        observation(made, one.text, 0, alias=one.alias, **({"quote": en(one.quote)} if one.quote else {}))
        for one in scene.said
    ]
    await moved(editor, "recordObservations", made, observations=batch)
    await _analyse(scene, editor, made)
    await _discuss(scene, editor, reviewer, made, case)
    files = await _upload(scene, editor, made, case)
    for client in (editor, reviewer):
        await client.do("exportMyData", {}, "dataExport { askedAt }")
    if scene.read_before:
        await work()
    return Played(made, case, files)


async def leave(scene: Scene, editor: Client, played: Played) -> None:
    """Alder leaves."""
    if scene.by == "withdrawal":
        await moved(editor, "withdrawConsent", played.round, alias="ALDER")
        return
    today = datetime.now(UTC).date()
    await Consent.update({Consent.retain_until: today - timedelta(days=1)}).where(Consent.alias == "Alder")
    await retain(AgeLimits(), today, lambda _: None)


async def _analyse(scene: Scene, editor: Client, made: Mapping[str, Any]) -> None:
    everything = dict(made)
    for alias in STEMS:
        for words in scene.of(alias, "deviation"):
            change = {"field": "SITES", "change": _quoting(words), "reason": _quoting(words)}
            await moved(editor, "recordDeviation", everything, **change)
    await moved(editor, "beginAnalysis", everything)
    query = "query($id: ID!) { testRound(id: $id) { observations(first: 9) { nodes { id } } } }"
    seen = [one["id"] for one in (await editor.ask(query, id=made["id"]))["testRound"]["observations"]["nodes"]]
    findings = [{"statement": en("All in all"), "state": "NEW", "observations": seen}]
    for one in scene.said:
        statement = _quoting(one.repeated) if "finding" in one.places else en("A theme")
        action = {"action": _quoting(one.repeated)} if "action" in one.places else {}
        findings.append({"statement": statement, "state": "NEW", "observations": [], **action})
    await moved(editor, "recordFindings", everything, findings=findings)
    judged = verdicts(everything)
    for one, verdict in zip(scene.said, judged, strict=False):
        if "verdict" in one.places:
            verdict["note"] = _quoting(one.repeated)
    await moved(editor, "recordVerdicts", everything, verdicts=judged)
    reason = " ".join(_sentence(words) for alias in STEMS for words in scene.of(alias, "reason"))
    await moved(editor, "concludeTestRound", everything, decision="STOP", decisionReason=en(f"Enough. {reason}"))


async def _discuss(scene: Scene, editor: Client, reviewer: Client, made: Mapping[str, Any], case: str) -> None:
    for one in scene.said:
        words = one.repeated.split()
        if "comment" in one.places:
            await commented(reviewer, made["id"], f"Is it so? {_sentence(one.repeated)}")
        if "case comment" in one.places:
            await commented(editor, case, f"Somebody said: {_sentence(one.repeated)}")
        if "anchor" in one.places:
            anchor = {"quote": " ".join(words[1:]), "prefix": words[0], "suffix": "."}
            await commented(reviewer, made["id"], "This here.", anchor=anchor)
        if "around" in one.places:
            anchor = {"quote": "People come without their papers", "prefix": words[-1], "suffix": " ".join(words[:2])}
            await commented(reviewer, made["id"], "And this.", anchor=anchor)
    bodies = [_sentence(words) for alias in STEMS for words in scene.of(alias, "review")]
    review = await accepted(editor, reviewer, made["id"])
    await reviewer.do("submitReview", {"id": review, **VERDICT, "body": f"Well. {' '.join(bodies)}"}, "review { id }")


async def _upload(scene: Scene, editor: Client, made: Mapping[str, Any], case: str) -> dict[str, str]:
    files = {}
    for name, subject in (("file", made["id"]), ("case file", case)):
        lines = [f"They told us:\n{_sentence(words)}" for alias in STEMS for words in scene.of(alias, name)]
        text = "\n\n".join(["A report.", *lines, "The end."]).encode()
        given = {"fileName": "report.txt", "mediaType": "text/plain", "subject": subject}
        files[name] = await stored_file(editor, text, **given)
    for alias in sorted(scene.recorded):
        recording = {"kind": "RECORDING", "fileName": f"{STEMS[alias]}.vtt", "mediaType": "text/vtt"}
        text = f"WEBVTT\n\n00:01.000 --> 00:02.000\n{STEMS[alias]}8 and much more\n".encode()
        files[alias] = await stored_file(editor, text, subject=made["id"], participant=alias.lower(), **recording)
        await commented(editor, files[alias], f"Hear «{STEMS[alias]}8 and much more»!")
    return files


def _sentence(words: str) -> str:
    """The words as somebody else writes them: other case and punctuation, and over two lines."""
    first, *others = words.split()
    return f"«{first.upper()},\n{' '.join(others)}»."


def _quoting(words: str) -> list[dict[str, str]]:
    return en(f"They say {_sentence(words)}")
