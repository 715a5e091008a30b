"""The domain's terms as GraphQL enums."""

import strawberry

from services.dates import DatePrecision
from services.durations import DurationUnit
from services.errors import ErrorCode
from services.languages import LanguageCode
from services.terms import Term
from services.text import TranslationMethod

__all__ = ["DatePrecision", "DurationUnit", "ErrorCode", "LanguageCode", "TranslationMethod", "show"]


def show(*terms: type[Term]) -> None:
    """Make GraphQL enums of terms, in place: named by their values, described by the domain's own words."""
    for of in terms:
        strawberry.enum(of, description=of.__doc__, graphql_name_from="value")
        for value in of.__strawberry_definition__.values:  # type: ignore[attr-defined]  # Strawberry puts it there
            value.description = of(value.value).description


show(DurationUnit, DatePrecision, ErrorCode, LanguageCode, TranslationMethod)
