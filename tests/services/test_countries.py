import pycountry

from services.countries import COUNTRIES


def test_countries_are_those_of_iso_3166() -> None:
    """Every code of ISO 3166-1 is known, and no other."""
    assert {country.alpha_2 for country in pycountry.countries} == COUNTRIES
