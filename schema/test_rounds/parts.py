"""The parts of a round as GraphQL shows them.

Outside the organisation that runs a round, small groups are hidden and nothing tells who said what: numbers of people
are `SuppressedCount`s, aliases and quotes are null, and there are no consents.
"""

from datetime import date, datetime
from typing import Any

import strawberry

from schema.cases.terms import OutcomeUnit
from schema.compiler.declare import LANG, column, declare, declared, expression, inline, many, one, rows, text
from schema.compiler.sources import Embedded, Inline, Localised, Rule, sql_of
from schema.inside import inside
from schema.organisations.types import Organisation
from schema.shared import LocalisedText, Node, SuppressedCount
from schema.test_rounds.terms import FindingState, FrozenField, Judgement
from services.cases.tables import Case
from services.test_rounds import tables as t

INSIDE = inside("{test_round}.organisation")
"""Whether the viewer belongs to the organisation that runs the round."""
_LIMIT = f"case when {INSIDE} then 0 else {{threshold}}::int end"
_HIDDEN = "Null where it is not known; small groups are hidden outside the organisation that runs the round."
VERDICT_ORDER = (
    '(select c."position" from criterion c where c.id = {target}.criterion),'
    ' (select s."position" from site s where s.id = {target}.site)'
)


def with_round(part: str) -> dict[type, str]:
    """What a part with an id of its own is joined to: whoever reads its round, and the round's case, reads it."""
    return {
        t.TestRound: f'{{test_round}}.id = {{{part}}}."test_round"',
        Case: '{case}.id = {test_round}."case"',
    }


def total(measure: str, whole: str, description: str) -> Any:
    """How many people of all groups of a site or a round, as far as the viewer may know (rule 6)."""
    counts = f'array(select g.{measure} from participant_group g where g."{whole}" = {{{whole}}}.id)'  # noqa: S608 - our own names
    return declared(Embedded(f"suppressed_count({counts}, {_LIMIT})"), f"{description} {_HIDDEN}")


def _cell(measure: str, description: str) -> Any:
    counts = f"array[{{participant_group}}.{measure}]"
    return declared(Embedded(f"suppressed_count({counts}, {_LIMIT})"), f"{description} {_HIDDEN}")


def _inside(sql: str) -> str:
    return f"case when {INSIDE} then {sql} end"


@declare(None, Rule.PART)
@strawberry.type(description="The days on which people test.")
class TestWindow:
    """Columns of the round that it is inline in."""

    start: date = column(t.TestRound.window_start, "The first day.")
    end: date | None = column(t.TestRound.window_end, "The last day; null while it is open.")


@declare(t.Verdict, Rule.PART)
@strawberry.type(description="Whether a criterion held at a site.")
class Verdict:
    """A verdict."""

    criterion: "Criterion" = one(t.Verdict.criterion, "The criterion.")
    site: "Site" = one(t.Verdict.site, "The site.")
    verdict: Judgement = column(t.Verdict.judgement, "Whether it held.")
    note: LocalisedText | None = text(t.Verdict.note, "What there is to say about it.")


@declare(t.Site, Rule.JOINED, joins=with_round("site"))
@strawberry.type(description="Where a round takes place. Read by whoever may read the round.")
class Site(Node):
    """A site."""

    name: LocalisedText = text(t.Site.name, "Its name.")
    organisation: Organisation | None = one(t.Site.organisation, "Whose site it is.")
    nuts: str | None = column(t.Site.nuts, "NUTS code of its region.")
    participants: list["ParticipantGroup"] = many(t.ParticipantGroup.site, "The groups that test here.")
    planned_participants: SuppressedCount | None = total("planned", "site", "How many were wanted here.")
    actual_participants: SuppressedCount | None = total("actual", "site", "How many came here.")
    verdicts: list[Verdict] = many(t.Verdict.site, "Whether the criteria held here.", order=VERDICT_ORDER)


@declare(t.Criterion, Rule.JOINED, joins=with_round("criterion"))
@strawberry.type(description="What must hold for the hypothesis to stand. Read by whoever may read the round.")
class Criterion(Node):
    """A criterion."""

    statement: LocalisedText = text(t.Criterion.statement, "What must hold.")
    threshold: float | None = column(t.Criterion.threshold, "The figure to be reached; null if there is none.")
    unit: OutcomeUnit | None = column(t.Criterion.unit, "What the figure is in. PERCENT is 0–100.")
    verdicts: list[Verdict] = many(t.Verdict.criterion, "Whether it held, site by site.", order=VERDICT_ORDER)


@declare(t.ParticipantGroup, Rule.JOINED, joins=with_round("participant_group"))
@strawberry.type(description="A group of participants. No one is in two. Read by whoever may read the round.")
class ParticipantGroup(Node):
    """A group."""

    site: Site | None = one(t.ParticipantGroup.site, "Where they test; null for a group over all sites.")
    group: LocalisedText = text(t.ParticipantGroup.name, "Who they are.")
    planned: SuppressedCount = _cell("planned", "How many were wanted.")
    actual: SuppressedCount | None = _cell("actual", "How many came.")


@declare(t.Observation, Rule.JOINED, joins=with_round("observation"))
@strawberry.type(description="Something seen or heard at a site. Read by whoever may read the round.")
class Observation(Node):
    """An observation."""

    site: Site = one(t.Observation.site, "Where.")
    alias: str | None = expression(
        _inside(sql_of(t.Observation.alias)),
        "The participant's pseudonym. Null outside the organisation that runs the round.",
    )
    task: LocalisedText | None = text(t.Observation.task, "What they were to do.")
    text: LocalisedText = text(t.Observation.text, "What was seen or heard.")
    severity: int = column(t.Observation.severity, "From 0 (praise) to 4 (blocks the task).")
    quote: LocalisedText | None = declared(
        Localised(_inside(sql_of(t.Observation.quote))),
        "Their own words. Null outside the organisation that runs the round.",
        arguments=(LANG,),
    )
    recorded: bool = column(t.Observation.recorded, "Whether there is a recording of it, in sound or pictures.")
    observed_at: datetime = column(t.Observation.observed_at, "When.")


@declare(t.RoundFinding, Rule.JOINED, joins=with_round("round_finding"))
@strawberry.type(
    description="A theme grouped from observations, followed from round to round. Read by whoever may read its round."
)
class RoundFinding(Node):
    """A finding of a round."""

    statement: LocalisedText = text(t.RoundFinding.statement, "What was found.")
    state: FindingState = column(t.RoundFinding.state, "What became of it since the round before.")
    action: LocalisedText | None = text(t.RoundFinding.action, "What the next round is to check.")
    round_number: int = column(t.TestRound.number, "The number of its round.")
    observations: list[Observation] = rows(
        "{target}.id in (select e.observation from finding_evidence e where e.finding = {round_finding}.id)",
        "The observations that it rests on.",
        order='{target}."position"',
    )
    previous: "RoundFinding | None" = one(
        t.RoundFinding.previous, "The same finding in an earlier round, if the viewer may read that."
    )
    history: list["RoundFinding"] = rows(
        "{target}.id in (with recursive earlier(id) as (select {round_finding}.previous union"
        " select f.previous from round_finding f join earlier on f.id = earlier.id) select id from earlier)",
        "The same finding in all earlier rounds that the viewer may read, the earliest first.",
        order="{test_round}.started_at, {target}.id",
    )
    followed_by: list["RoundFinding"] = many(
        t.RoundFinding.previous,
        "What became of it: the same finding in later rounds that the viewer may read.",
        order="{test_round}.started_at, {target}.id",
    )


@declare(None, Rule.PART)
@strawberry.type(description="What was registered, beside which a deviation stands; only what it deviates from is set.")
class RegisteredOriginal:
    """Inline in a deviation; it reads the round, which registration froze."""

    text: LocalisedText | None = declared(
        Localised(
            "case {deviation}.field when 'PROBLEM' then {test_round}.problem"
            " when 'HYPOTHESIS' then {test_round}.hypothesis end"
        ),
        "The problem or the hypothesis.",
        arguments=(LANG,),
    )
    prototype_version: str | None = expression(
        "case {deviation}.field when 'PROTOTYPE_VERSION' then {test_round}.prototype_version end",
        "The version of the prototype.",
    )
    window: TestWindow | None = declared(
        Inline("{deviation}.field = 'WINDOW' and {test_round}.window_start is not null"), "The dates."
    )
    criteria: list[Criterion] = rows(
        "{target}.\"test_round\" = {test_round}.id and {deviation}.field = 'CRITERIA'",
        "The criteria; empty where it deviates from something else.",
        order='{target}."position"',
    )
    sites: list[Site] = rows(
        "{target}.\"test_round\" = {test_round}.id and {deviation}.field = 'SITES'",
        "The sites; empty where it deviates from something else.",
        order='{target}."position"',
    )
    participants: list[ParticipantGroup] = rows(
        "{target}.\"test_round\" = {test_round}.id and {deviation}.field = 'PARTICIPANTS'",
        "The groups that were planned; empty where it deviates from something else.",
        order='{target}."position"',
    )


@declare(t.Deviation, Rule.PART)
@strawberry.type(
    description="A change after registration. The original stays, and this stands beside it with its date."
)
class Deviation:
    """A deviation."""

    field: FrozenField = column(t.Deviation.field, "What it deviates from.")
    original: RegisteredOriginal = inline("What was registered.")
    change: LocalisedText = text(t.Deviation.change, "What was done otherwise.")
    reason: LocalisedText = text(t.Deviation.reason, "Why.")
    at: datetime = column(t.Deviation.at, "When it was recorded.")


@declare(t.Consent, Rule.PART)
@strawberry.type(description="A participant's consent. Read only in the organisation that runs the round.")
class Consent:
    """A consent."""

    alias: str = column(t.Consent.alias, "The participant's pseudonym.")
    purpose: str = column(t.Consent.purpose, "What it was given for.")
    wording_version: str = column(t.Consent.wording_version, "Which wording they agreed to.")
    covers_recording: bool = column(t.Consent.covers_recording, "Whether they may be recorded in sound or pictures.")
    given_at: datetime = column(t.Consent.given_at, "When it was given.")
    withdrawn_at: datetime | None = column(t.Consent.withdrawn_at, "When it was withdrawn; null while it stands.")
    retain_until: date = column(t.Consent.retain_until, "Until when this record is kept.")
