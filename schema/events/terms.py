"""The words of this noun, as GraphQL enums."""

from schema.shared import term
from services.events import terms

EventKind = term(terms.EventKind)
