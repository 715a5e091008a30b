"""A small library of cases, written as a network's members write them, to hold the engines' sense of relevance."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from services.search.ports import DocumentText, SearchDocument
from tests.infra.search.examples import case

_LANGUAGES: Final = ("en", "nl", "fr", "de", "sv", "da")

_LABELS: Final = """
    role play:
        role play | rollenspel | jeu de rôle |
        Rollenspiel | rollspel | rollespil
    mystery shopping:
        mystery shopping | mystery shopping | client mystère |
        Testkauf | mystery shopping | mystery shopping
    greenhouse:
        greenhouse technique | serretechniek | technique de la serre |
        Gewächshaus-Methode | Växthuset | drivhusmetoden
    innovation lab:
        innovation lab | innovatielab | laboratoire d'innovation |
        Innovationslabor | innovationslabb | innovationslaboratorium
    employment service:
        public employment service | dienst voor arbeidsbemiddeling | service public de l'emploi |
        öffentliche Arbeitsverwaltung | offentlig arbetsförmedling | offentlig arbejdsformidling
    municipality:
        municipality | gemeente | commune |
        Gemeinde | kommun | kommune
    service vision:
        service vision | visie op dienstverlening | vision de service |
        Dienstleistungsvision | tjänstevision | servicevision
    culture:
        organisational culture | organisatiecultuur | culture d'organisation |
        Organisationskultur | organisationskultur | organisationskultur
    businesses:
        businesses | bedrijven | entreprises |
        Unternehmen | företag | virksomheder
    employees:
        employees | medewerkers | personnel |
        Beschäftigte | anställda | medarbejdere
    co-creation:
        co-creation | cocreatie | cocréation |
        Ko-Kreation | samskapande | samskabelse
    plan:
        action plan | actieplan | plan d'action |
        Maßnahmenplan | handlingsplan | handlingsplan
"""
"""A few concepts: what a thing filed under them is called in each of the languages."""

_ENTRIES: Final = _LABELS.replace(":\n", ":").replace("|\n", "|").strip().splitlines()

_CONCEPTS: Final[Mapping[str, Mapping[str, str]]] = {
    name.strip(): dict(zip(_LANGUAGES, (label.strip() for label in labels.split("|")), strict=True))
    for name, _, labels in (entry.partition(":") for entry in _ENTRIES)
}


def _filed(slug: str, texts: Mapping[str, DocumentText], *concepts: str, listed: int) -> tuple[str, SearchDocument]:
    """A thing with its texts, and the labels of its concepts in every language."""
    languages = [*texts, *(language for language in _LANGUAGES if language not in texts)]
    labelled = {
        language: replace(
            texts.get(language, DocumentText("")),
            terms=", ".join(_CONCEPTS[concept][language] for concept in concepts),
        )
        for language in languages
    }
    first = languages[0]
    text = labelled[first]
    return slug, case(
        text.title,
        language=first,
        summary=text.summary,
        body=text.body,
        terms=text.terms,
        also={language: labelled[language] for language in languages[1:]},
        written_in=list(texts),
        listed=listed,
    )


LIBRARY: Final = dict(
    [
        _filed(
            "dwse-customer-centric-strategy",
            {
                "en": DocumentText(
                    title="One customer-centric direction for the Flemish work department",
                    summary="A department that had grown threefold let citizens, partners and its own people speak, "
                    "and "
                    "wrote its strategy with them.",
                    body="Citizens were asked in the street. Partner bodies met in focus groups. Employees kept a "
                    "cultural probe for some weeks and were interviewed about it. Three days of leadership workshop "
                    "turned what was heard into a strategy and a plan of manageable steps. Interviewing in the "
                    "street reached people who never come to an office.",
                )
            },
            "co-creation", "employees", "culture",
            listed=1,
        ),
        _filed(
            "three-levers-citizen-centred-service",
            {
                "nl": DocumentText(
                    title="Drie hefbomen voor een burgergerichte overheid",
                    summary="Begrijp de vraag van de klant, bouw het dienstverleningsconcept en investeer in mensen.",
                    body="Neem plaats in de eigen wachtkamer en schrijf op wat ergert. Stuur een mystery shopper of "
                    "een mystery caller. Volg ook sociale media. Toets verwachtingen aan tevredenheid. Deel klanten in "
                    "doelgroepen in en probeer uit voor u uitrolt. De gemeente die zo werkt, heeft een visie nodig.",
                )
            },
            "mystery shopping", "co-creation",
            listed=2,
        ),
        _filed(
            "greenhouse-technique",
            {
                "en": DocumentText(
                    title="The Greenhouse technique: customers in every stage of design",
                    summary="Sweden's public employment service grows its services together with jobseekers and "
                    "employers.",
                    body="Arbetsförmedlingen has customers give feedback and try new products at each stage, to meet "
                    "needs and to be trusted. The way of working is called Växthuset at home.",
                )
            },
            "greenhouse", "employment service", "co-creation",
            listed=3,
        ),
        _filed(
            "le-lab-national",
            {
                "en": DocumentText(
                    title="Le LAB National, a room of its own for new services",
                    summary="The French public employment service keeps a physical space where staff, jobseekers and "
                    "employers work on ideas.",
                    body="Pôle emploi opened the innovation lab in 2014. Stakeholders meet there to be creative.",
                )
            },
            "innovation lab", "employment service",
            listed=4,
        ),
        _filed(
            "stockholm-co-creation-2019",
            {
                "en": DocumentText(
                    title="Workshop in Stockholm on co-creating services",
                    summary="Nine public employment services compared the Greenhouse technique and Le LAB over two "
                    "days.",
                    body="Digitalisation and an ageing workforce are shared challenges. The host was "
                    "Arbetsförmedlingen.",
                )
            },
            "co-creation", "employment service",
            listed=5,
        ),
        _filed(
            "olen-service-vision",
            {
                "nl": DocumentText(
                    title="Een visie op dienstverlening voor Olen",
                    summary="Vijf waarden van het lokaal bestuur werden principes, richtlijnen en een realisatieplan.",
                    body="Na de fusie van gemeente en OCMW bouwden medewerkers en burgers samen aan een visie. "
                    "Bevindingen werden uitdagingen. Veertig ideeën werden gewogen en geprioriteerd, elk met een "
                    "uitvoeringsfiche. Nieuwe werknemers krijgen een welkomstpakket.",
                ),
                "en": DocumentText(
                    title="A service vision for the municipality of Olen",
                    summary="Five values of the local administration became principles, guidelines and a road map.",
                    body="Findings became challenges. Forty ideas were weighed and prioritised, with implementation "
                    "sheets for each. Majority and opposition took part.",
                ),
            },
            "service vision", "municipality", "plan", "co-creation",
            listed=6,
        ),
        _filed(
            "vordingborg-business-service",
            {
                "en": DocumentText(
                    title="Better business service in Vordingborg",
                    summary="A city council's teams for building and environmental permits changed their culture.",
                    body="Businesses saw case management and little personal attention. Day-long seminars for all "
                    "employees over four months had companies and politicians in the room; actors brought real "
                    "dilemmas to life in role play. Four in five took home new ideas.",
                )
            },
            "role play", "businesses", "culture", "municipality", "employees",
            listed=7,
        ),
        _filed(
            "library-card",
            {
                "en": DocumentText(
                    title="One library card for the whole province",
                    summary="A service that nobody has to ask for.",
                    body="Employees of forty libraries agreed on one card and one set of ideas for opening hours.",
                )
            },
            "municipality",
            listed=8,
        ),
    ]
)  # fmt: skip
