"""A practice's level of evidence, from what the viewer may read of it (rule 13; docs/decisions/005)."""

import strawberry

from schema.compiler.declare import declare, expression
from schema.compiler.sources import Rule
from schema.practices.terms import EvidenceReason

_RULE = "case when {row}.audience && (select {{keyring}}::text[]) then true end"


def _may_read(*rows: str) -> str:
    """The rule of reading for rows that go by these aliases: the compiler adds it only to the tables that it names."""
    return " and ".join(_RULE.format(row=row) for row in rows)


_ROUNDS = f"""
    select r.organisation, r.comparison_group
    from practice_source s
    join test_round r on r.id = s.test_round
    join "case" w on w.id = r."case"
    where s.version = {{practice_version}}.id and {_may_read("r", "w")}
        and r.status = 'CONCLUDED' and not r.is_example
        and exists (select from verdict j where j.test_round = r.id and j.judgement = 'MET')
"""  # noqa: S608 - composed of our own names
_OUTCOMES = f"""
    select c.owner as organisation
    from practice_source s
    join "case" c on c.id = s."case"
    join case_version v on v."case" = c.id and v.number = c.current_number
    join outcome o on o.version = v.id
    where s.version = {{practice_version}}.id and {_may_read("c", "v", "o")}
        and v.status in ('PUBLISHED', 'ARCHIVED') and not c.is_example
        and o.kind = 'MEASURED'
"""  # noqa: S608 - composed of our own names
_ADOPTIONS = f"""
    select a.organisation, a.stage
    from adoption a
    where a.practice = {{practice}}.id and {_may_read("a")}
"""  # noqa: S608 - composed of our own names
_TEMPLATES = f"""
    select
    from artefact f
    join artefact_version b on b.artefact = f.id and b.number = f.current_number
    where f.practice = {{practice}}.id and {_may_read("f")}
        and f.kind = 'TEMPLATE' and b.state = 'STORED' and b.scan_state <> 'INFECTED' and b.withheld_at is null
"""  # noqa: S608 - composed of our own names
_DESCRIBED = (
    "{practice_version}.summary is not null and {practice_version}.steps <> '[]'"
    " and {practice_version}.fits_when is not null and {practice_version}.does_not_fit_when is not null"
)
EVIDENCE = f"""(
    with rounds as ({_ROUNDS}), outcomes as ({_OUTCOMES}), adoptions as ({_ADOPTIONS}), templates as ({_TEMPLATES}),
    facts as materialized (
        select
            {_DESCRIBED} as is_described,
            (select count(*) from outcomes) as measured_outcomes,
            (select count(*) from rounds) as rounds,
            (select count(*) from rounds where comparison_group) as compared_rounds,
            (
                select count(*)
                from (
                    select organisation from rounds
                    union
                    select organisation from outcomes
                    union
                    select organisation from adoptions where stage = 'VALUE_CONFIRMED'
                ) found
            ) as bodies,
            (select count(*) from adoptions where stage = 'VALUE_CONFIRMED') as confirmed_adoptions,
            (
                select count(*)
                from (
                    select organisation from adoptions where stage = 'ABANDONED'
                    except
                    select organisation from adoptions where stage = 'VALUE_CONFIRMED'
                ) given_up
            ) as abandoned_adoptions,
            (select count(*) from templates) as templates
    )
    select
        evidence(
            is_described, measured_outcomes, rounds, compared_rounds,
            bodies, confirmed_adoptions, abandoned_adoptions, templates
        ) || to_jsonb(facts)
    from facts
)"""  # noqa: S608 - composed of our own names
"""The facts, and what the function `evidence` of the database makes of them, as one JSON object."""


def _fact(name: str, description: str) -> int:
    made: int = expression(f"({{value}} -> '{name}')::int", description)
    return made


@declare(None, Rule.PART)
@strawberry.type(
    description=(
        "How well a practice is shown to work (Nesta's standards of evidence), computed from what the viewer may read:"
        " another reader may see another level. Invented examples count for nothing."
    )
)
class Evidence:
    """A level, its grounds, and the facts it was weighed from."""

    level: int | None = expression(
        "({value} ->> 'level')::int",
        "1–5; null while the practice is not described. At least 3 needs a comparison group, at least 4 independent"
        " evidence.",
    )
    reasons: list[EvidenceReason] = expression(
        "{value} -> 'reasons'", "The grounds for the level, then what is missing for the next one."
    )
    measured_outcomes: int = _fact("measured_outcomes", "How many measured outcomes its source cases give.")
    rounds: int = _fact("rounds", "How many concluded test rounds among its sources met a criterion.")
    compared_rounds: int = _fact("compared_rounds", "How many of these rounds had a comparison group.")
    bodies: int = _fact(
        "bodies", "How many organisations found that it works: by such a round, a measured outcome or an adoption."
    )
    confirmed_adoptions: int = _fact("confirmed_adoptions", "How many adoptions confirmed its value, with evidence.")
    abandoned_adoptions: int = _fact(
        "abandoned_adoptions", "How many organisations gave it up and do not confirm its value now."
    )
    templates: int = _fact("templates", "How many templates to work by are among its artefacts.")
