"""Mutations on concepts."""

import strawberry
from strawberry.types import Info

from schema.compiler.declare import reference_list
from schema.compiler.run import Context
from schema.concepts.types import Concept
from schema.payload import Payload, answer, read
from schema.terms import LanguageCode
from services.concepts import concepts
from services.concepts.rules import Definition


@strawberry.input(description="A label in one language.")
class ConceptLabelInput:
    """See services.concepts.rules.Label."""

    language: LanguageCode = strawberry.field(description="The language.")
    text: str = strawberry.field(description="The label, at most 200 characters.")


@strawberry.input(description="Labels in one language.")
class ConceptLabelsInput:
    """See services.concepts.rules.Labels."""

    language: LanguageCode = strawberry.field(description="The language.")
    texts: list[str] = strawberry.field(description="The labels, each at most 200 characters.")


@strawberry.input(description="A concept as it is to be. Scheme and notation together are its name.")
class ConceptInput:
    """See services.concepts.rules.Definition."""

    scheme: str = strawberry.field(description="`eurovoc`, `topic`, `target-group`, `method` or `cofog`.")
    notation: str = strawberry.field(description="The short name within its scheme: letters, digits, hyphens, dots.")
    pref_label: list[ConceptLabelInput] = strawberry.field(description="What it is called, once in each language.")
    alt_labels: list[ConceptLabelsInput] = strawberry.field(
        default_factory=list, description="Other names for the same, by language, at most 100 in all."
    )
    uri: str | None = strawberry.field(default=None, description="The identifier that others use for it.")
    broader: str | None = strawberry.field(
        default=None,
        description="The notation of the wider concept of the same scheme; it may be in the same request.",
    )


@strawberry.input(description="Concepts to be added; those whose scheme and notation are known are replaced.")
class DefineConceptsInput:
    """Input of defineConcepts."""

    concepts: list[ConceptInput] = strawberry.field(description="The concepts, 1–200.")


@strawberry.type(description="The answer of defineConcepts.")
class DefineConceptsPayload(Payload):
    """Payload of defineConcepts."""

    concepts: list[Concept] | None = reference_list("The concepts, in the order given.")


@strawberry.type
class ConceptMutations:
    """The part of Mutation that is about concepts."""

    @strawberry.mutation(description="Add or replace concepts, all of them or none. Needs to be a steward.")
    async def define_concepts(self, info: Info[Context, None], input: DefineConceptsInput) -> DefineConceptsPayload:
        """See services.concepts.define_concepts."""
        call = concepts.define_concepts(info.context.viewer, [read(Definition, one) for one in input.concepts])
        return await answer(DefineConceptsPayload, "concepts", call)
