"""The facts of the sources on the strategy of a Flemish department and on guidance for administrations."""

from tests.infra.demo.facts import NO_DATE, Fact, includes, mentions, of_case

_flanders = of_case("dwse-customer-centric-strategy")
_kortom = of_case("three-levers-citizen-centred-service")

_LEVERS = "principles { level statement { text } parent { statement { text } } }"


def _lever(number: int, *statements: str) -> list[dict[str, object]]:
    return [
        {"level": "GUIDELINE", "statement": mentions(words), "parent": {"statement": mentions(f"Hefboom {number}")}}
        for words in statements
    ]


FLANDERS: list[Fact] = [
    _flanders(
        "a co-creation project, in English",
        "kind languages status",
        {"kind": "CO_CREATION_PROJECT", "languages": ["en"], "status": "PUBLISHED"},
    ),
    _flanders(
        "of the Flemish department for work and social economy, in the region BE2",
        "owner { slug kind level country nuts name { text } }",
        {
            "owner": {
                "slug": "dwse",
                "kind": "REGIONAL_BODY",
                "level": "REGIONAL",
                "country": "BE",
                "nuts": "BE2",
                "name": mentions("Work and Social Economy"),
            }
        },
    ),
    _flanders(
        "facilitated by Knight Moves",
        "participations { role organisation { slug name { text } } }",
        {
            "participations": includes(
                {"role": "FACILITATOR", "organisation": {"slug": "knight-moves", "name": {"text": "Knight Moves"}}}
            )
        },
    ),
    _flanders(
        "reorganised, with three times the staff, and in want of one goal that starts from the customer",
        "challenges { statement { text } }",
        {
            "challenges": includes(
                {"statement": mentions("reorganisations", "three times the staff")},
                {"statement": mentions("one shared goal", "customer")},
            )
        },
    ),
    _flanders(
        "citizens by street interviews, partners by focus groups, employees by interviews with cultural probes",
        "methods { method { notation } withWhom { text } note { text } }",
        {
            "methods": includes(
                {"method": {"notation": "street-interview"}, "withWhom": {"text": "Citizens"}, "note": None},
                {"method": {"notation": "focus-group"}, "withWhom": {"text": "Partners"}, "note": None},
                {
                    "method": {"notation": "interview"},
                    "withWhom": {"text": "Employees"},
                    "note": mentions("cultural probes"),
                },
                {
                    "method": {"notation": "cultural-probe"},
                    "withWhom": {"text": "Employees"},
                    "note": mentions("employees"),
                },
            )
        },
    ),
    _flanders(
        "a leadership workshop of three days co-created the strategy",
        "methods { method { notation } duration { value unit } note { text } }",
        {
            "methods": includes(
                {
                    "method": {"notation": "leadership-workshop"},
                    "duration": {"value": 3, "unit": "DAY"},
                    "note": mentions("strategy", "co-created"),
                }
            )
        },
    ),
    _flanders(
        "delivered a strategy, a plan in manageable steps and a research report; services are to be co-created next",
        "outputs { kind status statement { text } }",
        {
            "outputs": [
                {"kind": "STRATEGY", "status": "DELIVERED", "statement": mentions("customer-centric strategy")},
                {"kind": "PLAN", "status": "DELIVERED", "statement": mentions("manageable steps")},
                {"kind": "REPORT", "status": "DELIVERED", "statement": mentions("research report")},
                {"kind": "SERVICE", "status": "PLANNED", "statement": mentions("services", "phase that follows")},
            ]
        },
    ),
    _flanders(*NO_DATE),
]

KORTOM: list[Fact] = [
    _kortom(
        "guidance, in Dutch, published on 21 November 2011",
        "kind languages sourceDocument { publishedOn } title { language method }",
        {
            "kind": "GUIDANCE",
            "languages": ["nl"],
            "sourceDocument": {"publishedOn": "2011-11-21"},
            "title": {"language": "nl", "method": "SOURCE"},
        },
    ),
    _kortom(
        "by Jurgen Foré of Möbius, a removable contact with a source",
        "contacts { name organisation { slug name { text } } role { text } source }",
        {
            "contacts": [
                {
                    "name": "Jurgen Foré",
                    "organisation": {"slug": "mobius", "name": {"text": "Möbius"}},
                    "role": mentions("congres", "Kortom"),
                    "source": "Blogbericht van 21 november 2011 over het congres",
                }
            ]
        },
    ),
    _kortom(
        "at a congress of Kortom",
        "participations { role organisation { slug } }",
        {"participations": includes({"role": "HOST", "organisation": {"slug": "kortom"}})},
    ),
    _kortom(
        "three levers, in this order",
        "principles { level statement { text } parent { level } }",
        {
            "principles": includes(
                {"level": "PRINCIPLE", "statement": mentions("Hefboom 1", "vraagt"), "parent": None},
                {"level": "PRINCIPLE", "statement": mentions("Hefboom 2", "dienstverleningsconcept"), "parent": None},
                {"level": "PRINCIPLE", "statement": mentions("Hefboom 3", "flexibel", "medewerkers"), "parent": None},
            )
        },
    ),
    _kortom(
        "the first: four actions, then segmentation into target groups, and five steering verbs",
        _LEVERS,
        {
            "principles": includes(
                *_lever(1, *(f"Actie {number} van 4" for number in range(1, 5))),
                *_lever(1, "segmenteren", "doelgroepen"),
                *_lever(1, *(f"Bijsturen {number} van 5" for number in range(1, 6))),
                *_lever(1, "testen of simuleren"),
                *_lever(1, "uitrol"),
            )
        },
    ),
    _kortom(
        "the second: five points, the last co-design and co-creation",
        _LEVERS,
        {
            "principles": includes(
                *_lever(2, *(f"Punt {number} van 5" for number in range(1, 5))),
                *_lever(2, "Punt 5 van 5: co-design en cocreatie"),
            )
        },
    ),
    _kortom(
        "the third: six points, the first of them quick wins",
        _LEVERS,
        {
            "principles": includes(
                *_lever(3, *(f"Punt {number} van 6" for number in range(1, 7))),
                *_lever(3, "Punt 1 van 6: zoek de quick wins"),
            )
        },
    ),
    _kortom(
        "methods: one's own waiting room, mystery shopper and caller, monitoring, expectation against satisfaction",
        "methods { method { notation } note { text } }",
        {
            "methods": includes(
                {"method": {"notation": "waiting-room-observation"}, "note": mentions("wachtkamer", "rij", "ergert")},
                {"method": {"notation": "mystery-shopping"}, "note": mentions("klant")},
                {"method": {"notation": "mystery-calling"}, "note": mentions("belt")},
                {"method": {"notation": "social-media-monitoring"}, "note": mentions("dienst")},
                {
                    "method": {"notation": "expectation-satisfaction-comparison"},
                    "note": mentions("verwacht", "tevreden"),
                },
            )
        },
    ),
    _kortom(
        "no outcome is reported", "outcomes { kind value }", {"outcomes": [{"kind": "NOT_REPORTED", "value": None}]}
    ),
]
