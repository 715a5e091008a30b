"""What the values of facets are called, where the database does not know: countries, languages, terms."""

from contextlib import suppress

from babel import Locale, UnknownLocaleError

_EU_STYLE = {"EL": "GR", "UK": "GB"}
"""The EU writes EL for Greece and UK for the United Kingdom; ISO 3166-1 and CLDR write GR and GB."""
_COUNTRY = 2


def label(facet: str, value: str, languages: tuple[str, ...]) -> str:
    """The value in words, in the first of the languages that has some, else in English."""
    locale = _locale(languages)
    match facet:
        case "country" | "nuts" if len(value) == _COUNTRY:
            return str(locale.territories.get(_EU_STYLE.get(value, value), value))
        case "language":
            return str(locale.languages.get(value, value))
        case "nuts":
            return value
        case _:
            return value.replace("_", " ").capitalize() if value.isupper() else value


def _locale(languages: tuple[str, ...]) -> Locale:
    for language in languages:
        with suppress(UnknownLocaleError):
            return Locale(language)
    return Locale("en")
