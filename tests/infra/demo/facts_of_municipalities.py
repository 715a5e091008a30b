"""The facts of the sources on two municipalities, Olen and Vordingborg."""

from tests.infra.demo.facts import NO_DATE, Fact, includes, mentions, of_case

_olen = of_case("olen-service-vision")
_vordingborg = of_case("vordingborg-business-service")

OLEN: list[Fact] = [
    _olen(
        "a co-creation project, in Dutch and in English",
        "kind languages nl: title(lang: nl) { language isFallback } en: title(lang: en) { language isFallback }",
        {
            "kind": "CO_CREATION_PROJECT",
            "languages": ["nl", "en"],
            "nl": {"language": "nl", "isFallback": False},
            "en": {"language": "en", "isFallback": False},
        },
    ),
    _olen(
        "only the Dutch text names welcome packages",
        "outputs { kind nl: statement(lang: nl) { text } en: statement(lang: en) { text } }",
        {
            "outputs": includes(
                {
                    "kind": "INSTRUMENT",
                    "nl": mentions("welkomstpakketten", "vacatures", "evaluaties"),
                    "en": {"text": "The values in HR instruments, old and new: vacancies and evaluations"},
                }
            )
        },
    ),
    _olen(
        "the municipality of Olen, NUTS BE213, LAU 13029, www.olen.be",
        "owner { slug kind level country nuts lau website }",
        {
            "owner": {
                "slug": "olen",
                "kind": "MUNICIPALITY",
                "level": "LOCAL",
                "country": "BE",
                "nuts": "BE213",
                "lau": "13029",
                "website": "https://www.olen.be",
            }
        },
    ),
    _olen(
        "after the merger of municipality and OCMW",
        "summary(lang: nl) { text } topics { notation }",
        {"summary": mentions("Gemeente en OCMW werden", "één"), "topics": includes({"notation": "municipal-merger"})},
    ),
    _olen(
        "five values, from which principles follow, and guidelines from those",
        "outputs { kind quantity } principles { level parent { level } }",
        {
            "outputs": includes({"kind": "VALUES", "quantity": 5}),
            "principles": [
                {"level": "VALUE", "parent": None},
                {"level": "PRINCIPLE", "parent": {"level": "VALUE"}},
                {"level": "GUIDELINE", "parent": {"level": "PRINCIPLE"}},
            ],
        },
    ),
    _olen(
        "three phases: analysis with staff and citizens, co-creation, planning",
        "phases { stage name(lang: en) { text } description(lang: en) { text } }",
        {
            "phases": [
                {
                    "stage": "DISCOVER",
                    "name": {"text": "Analysis"},
                    "description": mentions("employees and citizens", "finding", "challenge"),
                },
                {"stage": "DEVELOP", "name": {"text": "Co-creation"}, "description": mentions("values", "principles")},
                {"stage": "DELIVER", "name": {"text": "Planning"}, "description": mentions("road map")},
            ]
        },
    ),
    _olen(
        "findings become challenges, prioritised by importance",
        "methods { method { notation } phase { stage } note(lang: en) { text } }",
        {
            "methods": includes(
                {
                    "method": {"notation": "prioritisation"},
                    "phase": {"stage": "DISCOVER"},
                    "note": mentions("importance for the citizen", "importance for the organisation"),
                }
            )
        },
    ),
    _olen(
        "forty ideas, each weighed, prioritised, and with an implementation sheet of its own; one visual road map",
        "outputs { kind quantity statement(lang: en) { text } }",
        {
            "outputs": includes(
                {"kind": "IDEAS", "quantity": 40, "statement": mentions("weighed and prioritised one by one")},
                {"kind": "PLAN", "quantity": 40, "statement": mentions("Implementation sheets, one for each")},
                {"kind": "ROAD_MAP", "quantity": 1, "statement": mentions("visual", "phases and sub-projects")},
            )
        },
    ),
    _olen(
        "management team, staff of all domains, all parties, majority and opposition took part",
        "participations { role stakeholderGroup(lang: en) { text } }",
        {
            "participations": includes(
                *(
                    {"role": "CO_CREATOR", "stakeholderGroup": mentions(group)}
                    for group in ("Management team", "Staff from all domains", "All political parties", "majority")
                ),
                {"role": "CO_CREATOR", "stakeholderGroup": {"text": "Political opposition"}},
            )
        },
    ),
    _olen(
        "an expert of VVSG who guides self-learning networks",
        "participations { role organisation { slug } }"
        " contacts { name organisation { slug } role(lang: en) { text } source }",
        {
            "participations": includes({"role": "EXPERT", "organisation": {"slug": "vvsg"}}),
            "contacts": [
                {
                    "name": "Bart Noels",
                    "organisation": {"slug": "vvsg"},
                    "role": mentions("Expert of VVSG", "self-learning networks"),
                    "source": "Projectpagina over Olen, in het Nederlands en in het Engels",
                }
            ],
        },
    ),
    Fact(
        "the self-learning networks are guided by VVSG",
        'network(slug: "vvsg-service-networks")',
        "name(lang: nl) { text } members(first: 5) { nodes { role organisation { slug } } }",
        {
            "name": mentions("Zelflerende netwerken"),
            "members": {
                "nodes": includes(
                    {"role": "FACILITATOR", "organisation": {"slug": "vvsg"}},
                    {"role": "MEMBER", "organisation": {"slug": "olen"}},
                )
            },
        },
    ),
    _olen(
        "results: a roadshow, HR instruments, a place in the multi-year plan, and integrated reception at three sites",
        "outputs { kind status quantity statement(lang: en) { text } }",
        {
            "outputs": includes(
                {"kind": "EVENT", "status": "DELIVERED", "quantity": None, "statement": mentions("roadshow")},
                {
                    "kind": "INSTRUMENT",
                    "status": "DELIVERED",
                    "quantity": None,
                    "statement": mentions("HR instruments"),
                },
                {"kind": "PLAN", "status": "DELIVERED", "quantity": 1, "statement": mentions("multi-year plan")},
                {"kind": "SERVICE", "status": "STARTED", "quantity": 3, "statement": mentions("Integrated reception")},
            )
        },
    ),
    _olen(
        "service provision is one of eight policy objectives; reception has started at three sites",
        "outcomes { kind value unit denominator indicator(lang: en) { text } }",
        {
            "outcomes": includes(
                {
                    "kind": "OBSERVED",
                    "value": 1,
                    "unit": "COUNT",
                    "denominator": 8,
                    "indicator": mentions("policy objectives", "multi-year plan"),
                },
                {
                    "kind": "OBSERVED",
                    "value": 3,
                    "unit": "COUNT",
                    "denominator": None,
                    "indicator": mentions("integrated reception"),
                },
            )
        },
    ),
    _olen(*NO_DATE),
]

VORDINGBORG: list[Fact] = [
    _vordingborg("a culture change, in English", "kind languages", {"kind": "CULTURE_CHANGE", "languages": ["en"]}),
    _vordingborg(
        "Vordingborg, NUTS DK022, LAU 390",
        "owner { slug kind country nuts lau }",
        {"owner": {"slug": "vordingborg", "kind": "MUNICIPALITY", "country": "DK", "nuts": "DK022", "lau": "390"}},
    ),
    _vordingborg(
        "the teams that approve building allowances and environmental certificates",
        "participations { stakeholderGroup { text } }",
        {
            "participations": includes(
                {"stakeholderGroup": mentions("building allowances")},
                {"stakeholderGroup": mentions("environmental certificates")},
            )
        },
    ),
    _vordingborg(
        "businesses saw case management, poor expectation of how long things take, little personal attention",
        "findings { statement { text } }",
        {
            "findings": [
                {"statement": mentions("businesses", "case management")},
                {"statement": mentions("businesses", "how long things take")},
                {"statement": mentions("businesses", "little personal attention")},
            ]
        },
    ),
    _vordingborg(
        "each of these became a challenge",
        "challenges { finding { statement { text } } }",
        {
            "challenges": includes(
                {"finding": {"statement": mentions("case management")}},
                {"finding": {"statement": mentions("how long")}},
                {"finding": {"statement": mentions("personal attention")}},
                {"finding": None},
            )
        },
    ),
    _vordingborg(
        "leadership workshops and focus groups with employees, then seminars",
        "methods { method { notation } phase { stage } withWhom { text } }",
        {
            "methods": includes(
                {
                    "method": {"notation": "leadership-workshop"},
                    "phase": {"stage": "DISCOVER"},
                    "withWhom": {"text": "Leaders"},
                },
                {
                    "method": {"notation": "focus-group"},
                    "phase": {"stage": "DISCOVER"},
                    "withWhom": {"text": "Employees"},
                },
                {
                    "method": {"notation": "seminar"},
                    "phase": {"stage": "DELIVER"},
                    "withWhom": mentions("every employee", "companies", "political leaders"),
                },
            )
        },
    ),
    _vordingborg(
        "over four months, a day each",
        "phases { stage duration { value unit } } methods { method { notation } duration { value unit } }",
        {
            "phases": includes({"stage": "DELIVER", "duration": {"value": 4, "unit": "MONTH"}}),
            "methods": includes({"method": {"notation": "seminar"}, "duration": {"value": 1, "unit": "DAY"}}),
        },
    ),
    _vordingborg(
        "actors role-played real dilemmas",
        "methods { method { notation } note { text } }",
        {"methods": includes({"method": {"notation": "role-play-with-actors"}, "note": mentions("dilemmas", "real")})},
    ),
    _vordingborg(
        "80 % got new ideas, 80 % have the right tools, and of how many is unknown",
        "outcomes { kind value unit respondents denominator indicator { text } source { text } }",
        {
            "outcomes": includes(
                *(
                    {
                        "kind": "MEASURED",
                        "value": 80,
                        "unit": "PERCENT",
                        "respondents": None,
                        "denominator": None,
                        "indicator": mentions(words),
                        "source": mentions("The number of answers is not given"),
                    }
                    for words in ("new ideas", "right tools")
                )
            )
        },
    ),
    _vordingborg(*NO_DATE),
]
