import pytest

from services.search.ports import SearchEngine
from tests.infra.search.corpus import LIBRARY
from tests.infra.search.examples import ask, case, ids

LAB = ("greenhouse-technique", "le-lab-national", "stockholm-co-creation-2019")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("nl", "visie op dienstverlening gemeente", ("olen-service-vision",)),
        ("nl", "mistery shoper", ("three-levers-citizen-centred-service",)),
        ("en", "greenhouse technique", LAB),
        ("en", "cultural probe interviewing employees", ("dwse-customer-centric-strategy",)),
        ("en", "forty ideas prioritised implementation sheets", ("olen-service-vision",)),
        ("fr", "laboratoire d'innovation service public de l'emploi", LAB),
        ("sv", "Växthuset Arbetsförmedlingen", LAB),
        ("sv", "rollspel med skådespelare för anställda", ("vordingborg-business-service",)),
        ("de", "Gemeinde Dienstleistungsvision fünf Werte Maßnahmenplan", ("olen-service-vision",)),
        ("da", "virksomhedernes oplevelse af kommunens myndighedskultur", ("vordingborg-business-service",)),
    ],
)
@pytest.mark.parametrize("languages", ["own", "own and English", "none"])
async def test_a_question_as_people_ask_it_finds_its_case_first(
    engine: SearchEngine, language: str, text: str, expected: tuple[str, ...], languages: str
) -> None:
    """Ten questions in six languages each bring up the case that answers them, whatever the reader's languages are."""
    await engine.put(list(LIBRARY.values()))
    preferred = {"own": [language], "own and English": [language, "en"], "none": []}[languages]

    answer = await ask(engine, text, languages=preferred)

    assert ids(answer)[0] in [LIBRARY[slug].id for slug in expected]
    assert answer.hits[0].snippets


async def test_more_of_the_question_comes_first(engine: SearchEngine) -> None:
    """Three of four words, whichever is missing and wherever they stand, come before one word in a title."""
    words = ("cultural", "probe", "interview", "neighbourhood")
    one = case("Probe", listed=50)
    three = [
        case("A case", body=f"We {' '.join(word for word in words if word != missing)} people", listed=n)
        for n, missing in enumerate(words)
    ]
    await engine.put([one, *three])

    answer = await ask(engine, " ".join(words))

    assert set(ids(answer)[:4]) == {thing.id for thing in three}
    assert ids(answer)[4] == one.id
    assert [hit.score for hit in answer.hits] == sorted((hit.score for hit in answer.hits), reverse=True)


async def test_where_a_word_stands_counts(engine: SearchEngine) -> None:
    """A title says more of what a thing is about than its terms, they more than the summary, it more than the body."""
    body = case("Something", body="Only a greenhouse", listed=9)
    summary = case("Something", summary="Only a greenhouse", listed=8)
    terms = case("Something", terms="greenhouse", listed=7)
    title = case("Greenhouse", listed=6)
    await engine.put([body, summary, terms, title])

    assert ids(await ask(engine, "greenhouse")) == [title.id, terms.id, summary.id, body.id]


async def test_the_readers_languages_come_first(engine: SearchEngine) -> None:
    """Of two things that answer alike, the one that the reader can read comes first; the other is found too."""
    dutch, english = case("Service design", language="nl", listed=1), case("Service design", listed=2)
    await engine.put([dutch, english])

    assert ids(await ask(engine, "service", languages=["nl"])) == [dutch.id, english.id]
    assert ids(await ask(engine, "service", languages=["en"])) == [english.id, dutch.id]
    assert ids(await ask(engine, "service", languages=["fr"])) == [english.id, dutch.id]
