"""The facts of the source on the workshop in Stockholm, and what the demo adds to its five sources."""

from tests.infra.demo.facts import Fact, includes, mentions, of_case

_greenhouse = of_case("greenhouse-technique")
_lab = of_case("le-lab-national")
_EVENT = 'event(slug: "stockholm-co-creation-2019")'

STOCKHOLM: list[Fact] = [
    Fact(
        "a thematic review workshop in Stockholm on 25 and 26 September 2019, by the Swedish service",
        _EVENT,
        "kind start end place country host { slug } name { text }",
        {
            "kind": "WORKSHOP",
            "start": "2019-09-25",
            "end": "2019-09-26",
            "place": "Stockholm",
            "country": "SE",
            "host": {"slug": "arbetsformedlingen"},
            "name": mentions("Thematic review workshop"),
        },
    ),
    Fact(
        "nine countries took part",
        _EVENT,
        "participantCountries",
        {"participantCountries": ["SE", "BE", "BG", "CZ", "DK", "EE", "FI", "FR", "DE"]},
    ),
    Fact(
        "in the news of 30 January 2020",
        _EVENT,
        "sourceDocument { publishedOn }",
        {"sourceDocument": {"publishedOn": "2020-01-30"}},
    ),
    Fact(
        "shared challenges: digitalisation and an ageing workforce; co-creation with other public bodies",
        _EVENT,
        "themes { statement { text } }",
        {
            "themes": includes(
                {"statement": mentions("digitalisation")},
                {"statement": mentions("ageing workforce")},
                {"statement": mentions("other public bodies")},
            )
        },
    ),
    Fact(
        "the technique and the lab were shown",
        _EVENT,
        "cases { slug kind }",
        {
            "cases": [
                {"slug": "greenhouse-technique", "kind": "METHOD"},
                {"slug": "le-lab-national", "kind": "LAB_PROGRAMME"},
            ]
        },
    ),
    _greenhouse(
        "a method of the Swedish employment service, in English",
        "kind languages owner { slug kind level country } sourceDocument { publishedOn }",
        {
            "kind": "METHOD",
            "languages": ["en"],
            "owner": {"slug": "arbetsformedlingen", "kind": "PES", "level": "NATIONAL", "country": "SE"},
            "sourceDocument": {"publishedOn": "2020-01-30"},
        },
    ),
    _greenhouse(
        "used since 2013; at the offices, another source says, since April 2014: both stand",
        "start { value precision source }",
        {
            "start": [
                {
                    "value": "2013",
                    "precision": "YEAR",
                    "source": "The news item of 30 January 2020 says since when the technique has been used.",
                },
                {
                    "value": "2014-04",
                    "precision": "MONTH",
                    "source": "Another public source says when the employment offices started.",
                },
            ]
        },
    ),
    _greenhouse(
        "customers in every stage, giving feedback and testing new products",
        "methods { method { notation } withWhom { text } note { text } }",
        {
            "methods": [
                {
                    "method": {"notation": "customer-feedback"},
                    "withWhom": {"text": "Customers"},
                    "note": mentions("every stage"),
                },
                {
                    "method": {"notation": "user-testing"},
                    "withWhom": {"text": "Customers"},
                    "note": mentions("new products"),
                },
            ]
        },
    ),
    _greenhouse(
        "aims: meet needs, raise trust; shared: digitalisation, an ageing workforce",
        "challenges { statement { text } } topics { notation }",
        {
            "challenges": includes(
                {"statement": mentions("customers need")},
                {"statement": mentions("trusts the employment service more")},
                {"statement": mentions("digitalisation")},
                {"statement": mentions("ageing workforce")},
            ),
            "topics": includes(
                {"notation": "trust-in-public-services"}, {"notation": "cooperation-between-public-bodies"}
            ),
        },
    ),
    _greenhouse(
        "its effect is not reported, nor are its stages' official names",
        "phases { stage } outcomes { kind }",
        {"phases": [], "outcomes": [{"kind": "NOT_REPORTED"}, {"kind": "NOT_REPORTED"}]},
    ),
    _lab(
        "a lab programme of Pôle emploi, from 2014",
        "kind languages owner { slug kind country } start { value precision }",
        {
            "kind": "LAB_PROGRAMME",
            "languages": ["en"],
            "owner": {"slug": "pole-emploi", "kind": "PES", "country": "FR"},
            "start": [{"value": "2014", "precision": "YEAR"}],
        },
    ),
    Fact(
        "the lab: founded in 2014, a physical space for staff, jobseekers, employers and stakeholders",
        'organisation(slug: "pole-emploi")',
        "labs(first: 5) { nodes { slug name { text } founded { value precision } space { text }"
        " participants { text } formats { name { text } } case { slug } } }",
        {
            "labs": {
                "nodes": [
                    {
                        "slug": "le-lab-national",
                        "name": {"text": "Le LAB National"},
                        "founded": [{"value": "2014", "precision": "YEAR"}],
                        "space": mentions("physical space"),
                        "participants": [
                            mentions("Employees"),
                            {"text": "Jobseekers"},
                            {"text": "Employers"},
                            {"text": "Stakeholders"},
                        ],
                        "formats": [],
                        "case": {"slug": "le-lab-national"},
                    }
                ]
            }
        },
    ),
    _lab(
        "shared challenges of the lab: digitalisation and an ageing workforce",
        "challenges { statement { text } }",
        {"challenges": [{"statement": mentions("digitalisation")}, {"statement": mentions("ageing workforce")}]},
    ),
    Fact(
        "both services are in the European network",
        'network(slug: "european-pes-network")',
        "members(first: 5) { nodes { organisation { slug } } } isSample",
        {
            "members": {
                "nodes": includes(
                    {"organisation": {"slug": "arbetsformedlingen"}}, {"organisation": {"slug": "pole-emploi"}}
                )
            },
            "isSample": False,
        },
    ),
]

SAMPLES: list[Fact] = [
    _greenhouse(
        "the round on it is an example, by a sample organisation, and shows a whole life",
        "testRounds(first: 5) { nodes { number isExample status decision organisation { isSample name { text } }"
        " problem { text } sites { name { text } } criteria { unit } findings { state }"
        " deviations { field } verdicts { verdict } observations(first: 20) { nodes { severity } } } }",
        {
            "testRounds": {
                "nodes": [
                    {
                        "number": 1,
                        "isExample": True,
                        "status": "CONCLUDED",
                        "decision": "ITERATE",
                        "organisation": {"isSample": True, "name": mentions("fictional")},
                        "problem": mentions("Example"),
                        "sites": [{"name": mentions("Example", site)} for site in ("A", "B", "C")],
                        "criteria": [{"unit": "PERCENT"}, {"unit": "SCORE"}],
                        "findings": [{"state": "NEW"}] * 4,
                        "deviations": [{"field": "CRITERIA"}],
                        "verdicts": [
                            {"verdict": verdict}
                            for verdict in ("MET", "PARTLY_MET", "NOT_MET", "MET", "MET", "NOT_TESTED")
                        ],
                        "observations": {"nodes": [{"severity": severity} for severity in (0, 3, 2, 3, 4, 0, 1, 4)]},
                    }
                ]
            }
        },
    ),
    _greenhouse(
        "its smallest group is hidden from others, and no total tells it",
        "testRounds(first: 5) { nodes { participants { actual { value display } } actualParticipants { value } } }",
        {
            "testRounds": {
                "nodes": [
                    {
                        "participants": [
                            {"actual": {"value": 8, "display": "8"}},
                            {"actual": {"value": 6, "display": "6"}},
                            {"actual": {"value": 7, "display": "7"}},
                            {"actual": {"value": 5, "display": "5"}},
                            {"actual": {"value": 9, "display": "9"}},
                            {"actual": {"value": None, "display": "<5"}},
                        ],
                        "actualParticipants": {"value": None},
                    }
                ]
            }
        },
    ),
    Fact(
        "the practice on customers in every stage is drawn from the Greenhouse technique",
        'practice(slug: "involve-customers-in-every-stage")',
        "owner { slug } status sources { case { slug } }",
        {
            "owner": {"slug": "arbetsformedlingen"},
            "status": "PUBLISHED",
            "sources": [{"case": {"slug": "greenhouse-technique"}}],
        },
    ),
    Fact(
        "the practice on shared values is drawn from Olen, in both of its languages",
        'practice(slug: "shared-values-to-a-supported-plan")',
        "owner { slug } nl: title(lang: nl) { isFallback } en: title(lang: en) { isFallback }"
        " sources { case { slug } }",
        {
            "owner": {"slug": "olen"},
            "nl": {"isFallback": False},
            "en": {"isFallback": False},
            "sources": [{"case": {"slug": "olen-service-vision"}}],
        },
    ),
]
