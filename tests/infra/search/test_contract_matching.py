import pytest

from services.search.ports import DocumentText, SearchEngine
from tests.infra.search.examples import ask, case, ids, marked


@pytest.mark.parametrize(
    ("language", "written", "asked"),
    [
        ("en", "workshops", "workshop"),
        ("en", "interview", "interviews"),
        ("nl", "gemeente", "gemeenten"),
        ("nl", "gemeenten", "gemeente"),
        ("fr", "employés", "employé"),
        ("de", "Gemeinden", "Gemeinde"),
        ("sv", "testomgångar", "testomgång"),
        ("da", "virksomheder", "virksomhederne"),
    ],
)
async def test_a_word_finds_its_other_forms(engine: SearchEngine, language: str, written: str, asked: str) -> None:
    """Singular and plural, with and without an article's ending, find each other in each language."""
    wanted = case(f"Xyz {written} qwv", language=language)
    await engine.put([wanted, case("Something else altogether", language=language)])

    answer = await ask(engine, asked, languages=[language])

    assert ids(answer) == [wanted.id]
    assert marked(answer.hits[0]) == [written]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Växthuset", "vaxthuset"),
        ("Möbius", "mobius"),
        ("Pôle emploi", "pole emploi"),
        ("Foré", "Fore"),
        ("Arbetsformedlingen", "Arbetsförmedlingen"),
        ("GREENHOUSE", "greenhouse"),
    ],
)
async def test_case_and_accents_do_not_matter(engine: SearchEngine, written: str, asked: str) -> None:
    """A reader without a letter's key, or in another case, finds the thing, and sees it marked as written."""
    wanted = case(f"The {written} report", language="sv")
    await engine.put([wanted, case("Unlike", language="sv")])

    answer = await ask(engine, asked)

    assert ids(answer) == [wanted.id]
    assert " ".join(marked(answer.hits[0])) == written


@pytest.mark.parametrize("asked", ["green", "greenh", "greenhous", "technique greenh"])
async def test_the_last_word_may_be_unfinished(engine: SearchEngine, asked: str) -> None:
    """Answers come while the reader is still typing."""
    wanted = case("The technique of the greenhouse")
    await engine.put([wanted, case("A customer's journey")])

    assert ids(await ask(engine, asked)) == [wanted.id]


@pytest.mark.parametrize("asked", ["mistery", "shoper", "mistery shoper", "mystery shoppr", "shpoper"])
async def test_slips_of_the_keys_are_forgiven(engine: SearchEngine, asked: str) -> None:
    """A letter too many, too few, wrong or exchanged still finds the word, and marks it."""
    wanted = case("Mystery shopper", body="Queue at your own counter")
    await engine.put([wanted, case("A customer's journey", body="From door to desk")])

    answer = await ask(engine, asked)

    assert ids(answer) == [wanted.id]
    assert set(marked(answer.hits[0])) <= {"Mystery", "shopper"}
    assert marked(answer.hits[0])


async def test_what_is_spelt_right_comes_before_what_is_alike(engine: SearchEngine) -> None:
    """Forgiveness never puts a near miss before the word itself."""
    exact, alike = case("Testing the service", listed=1), case("Texting the service", listed=2)
    await engine.put([exact, alike])

    assert ids(await ask(engine, "testing"))[0] == exact.id


@pytest.mark.parametrize(
    ("language", "asked"),
    [("sv", "rollspel"), ("nl", "rollenspel"), ("de", "Rollenspiel"), ("da", "rollespil"), ("fr", "jeu de rôle")],
)
async def test_a_question_finds_what_was_written_in_another_language(
    engine: SearchEngine, language: str, asked: str
) -> None:
    """The terms of a thing's concepts answer for it; the hit says in which language it can be read."""
    terms = {
        "sv": DocumentText(title="", terms="rollspel, tjänstedesign"),
        "nl": DocumentText(title="", terms="rollenspel, dienstontwerp"),
        "de": DocumentText(title="", terms="Rollenspiel, Servicedesign"),
        "da": DocumentText(title="", terms="rollespil, servicedesign"),
        "fr": DocumentText(title="", terms="jeu de rôle, design de service"),
    }
    wanted = case("Actors played real dilemmas", also=terms)
    await engine.put([wanted, case("A strategy in steps")])

    (found,) = (await ask(engine, asked, languages=[language])).hits

    assert (found.id, found.language) == (wanted.id, "en")
    assert [snippet.field for snippet in found.snippets] == ["terms"]
    assert marked(found)


async def test_the_language_that_answers_is_named(engine: SearchEngine) -> None:
    """Of a thing's own languages the hit names, and quotes, the one that matched."""
    wanted = case(
        "Waardevolle dienstverlening",
        language="nl",
        body="Medewerkers krijgen een welkomstpakket",
        also={"en": DocumentText("Valuable services", "", "Employees are told of the values")},
        written_in=["nl", "en"],
    )
    await engine.put([wanted])

    (dutch,) = (await ask(engine, "welkomstpakket", languages=["en"])).hits
    (english,) = (await ask(engine, "employees", languages=["nl"])).hits

    assert (dutch.language, marked(dutch)) == ("nl", ["welkomstpakket"])
    assert (english.language, marked(english)) == ("en", ["Employees"])


async def test_a_phrase_must_stand_as_it_is_asked(engine: SearchEngine) -> None:
    """Words in quotation marks count only together and in their order; across languages and fields they do not."""
    wanted = case("The service vision of Olen", listed=1)
    others = [
        case("A vision of service", listed=2),
        case("The service", summary="Vision of Olen", listed=3),
        case("Service", also={"nl": DocumentText("Vision")}, listed=4),
    ]
    await engine.put([wanted, *others])

    assert ids(await ask(engine, '"service vision"')) == [wanted.id]
    assert ids(await ask(engine, "“Service Vision” olen")) == [wanted.id]
    assert ids(await ask(engine, '"service vision" "of olen"')) == [wanted.id]
    assert ids(await ask(engine, '"vision service"')) == []


async def test_an_excluded_word_excludes(engine: SearchEngine) -> None:
    """What follows a minus is in no answer, be it a word or a phrase; a hyphen inside a word is no minus."""
    plain = case("Customer journey", listed=1)
    shopper = case("Customer as mystery shopper", listed=2)
    hyphen = case("Customer co-creation", listed=3)
    await engine.put([plain, shopper, hyphen])

    assert set(ids(await ask(engine, "customer -shopper"))) == {plain.id, hyphen.id}
    assert set(ids(await ask(engine, 'customer -"mystery shopper"'))) == {plain.id, hyphen.id}
    assert set(ids(await ask(engine, 'customer -"shopper mystery"'))) == {plain.id, shopper.id, hyphen.id}
    assert ids(await ask(engine, "co-creation"))[0] == hyphen.id
    assert ids(await ask(engine, "-shopper")) == [hyphen.id, plain.id]


@pytest.mark.parametrize("asked", ["co-creation", "cocreation", "co creation"])
async def test_a_hyphen_may_be_left_out(engine: SearchEngine, asked: str) -> None:
    """A hyphenated word is found as one word, as two, and as written."""
    wanted = case("Co-creation with citizens")
    await engine.put([wanted, case("A customer's journey")])

    assert ids(await ask(engine, asked)) == [wanted.id]


async def test_common_words_do_not_find(engine: SearchEngine) -> None:
    """A question's function words bring up nothing by themselves, unless the question has no others."""
    about = case("To be or not to be", listed=1)
    await engine.put([about, case("The shop of the customer", listed=2)])

    assert ids(await ask(engine, "how do we get to a greenhouse", languages=["en"])) == []
    assert ids(await ask(engine, "to be or not to be", languages=["en"]))[0] == about.id


@pytest.mark.parametrize(
    "asked",
    [
        "'",
        '"',
        '"unclosed phrase',
        "a'b\"c\\d",
        "greenhouse\x00",
        "\x00",
        "\ud800",
        "😀 𝔊𝔯𝔢𝔢𝔫",
        "x" * 10_000,
        "greenhouse " * 2_000,
        "-" * 500,
        "& | ! <-> :* ( ) 'a' \\",
        "greenhouse:* & !x",
        "%_%",
        "$1 {} [] IN (select 1); --",
        '- -- "" -"" +',
        "\u2068greenhouse\u2069",
        "ﬃ ß ŉ İ",
        "ا\u064b ก็ 你好",
        "\n\t\r greenhouse \u200b",
    ],
)
async def test_anything_is_a_question(engine: SearchEngine, asked: str) -> None:
    """No text fails, and every answer is well formed."""
    await engine.put([case("Greenhouse technique", body="A b c d x")])

    answer = await ask(engine, asked)

    assert 0 <= answer.total <= 1
    assert len(answer.hits) == answer.total
    assert all(0 <= hit.score <= 1 for hit in answer.hits)


@pytest.mark.parametrize("asked", ["", "   ", "?! …", "\u3000"])
async def test_a_question_without_words_lists_everything_newest_first(engine: SearchEngine, asked: str) -> None:
    """Without a word to go by the reader gets the list, whatever the languages."""
    old, new, middle = case(listed=1), case(listed=30, language="nl"), case(listed=20)
    await engine.put([old, new, middle])

    answer = await ask(engine, asked, languages=["en"])

    assert ids(answer) == [new.id, middle.id, old.id]
    assert answer.total == 3
