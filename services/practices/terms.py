"""The words this noun uses for why a practice has its level of evidence."""

from services.terms import Term


class EvidenceReason(Term):
    """A ground for a practice's level of evidence, or what is missing for the next one (Nesta's standards, rule 13)."""

    DESCRIBED = "DESCRIBED", "Level 1: it says what to do, when it fits and when it does not."
    NOT_DESCRIBED = (
        "NOT_DESCRIBED",
        "Missing for level 1: a summary, steps, when it fits or when it does not.",
    )
    OUTCOME_MEASURED = "OUTCOME_MEASURED", "Level 2: a case that it was drawn from gives a measured outcome."
    ROUND_MET_CRITERION = (
        "ROUND_MET_CRITERION",
        "Level 2: a concluded test round that it was drawn from met a criterion.",
    )
    NO_DATA = (
        "NO_DATA",
        "Missing for level 2: a measured outcome, or a concluded test round in which a criterion was met.",
    )
    COMPARED = "COMPARED", "Level 3: such a test round had a comparison group."
    NOT_COMPARED = "NOT_COMPARED", "Missing for level 3: such a test round with a comparison group."
    INDEPENDENT = "INDEPENDENT", "Level 4: at least two organisations found, each for itself, that it works."
    NOT_INDEPENDENT = (
        "NOT_INDEPENDENT",
        "Missing for level 4: a second organisation that found for itself that it works.",
    )
    REPLICATED = (
        "REPLICATED",
        "Level 5: at least three others confirmed its value, more than gave it up, and it has a template to work by.",
    )
    TOO_FEW_ADOPTIONS = "TOO_FEW_ADOPTIONS", "Missing for level 5: three other organisations that confirmed its value."
    GIVEN_UP_TOO_OFTEN = (
        "GIVEN_UP_TOO_OFTEN",
        "Missing for level 5: at least as many organisations gave it up as confirmed its value.",
    )
    NO_TEMPLATE = "NO_TEMPLATE", "Missing for level 5: a template to work by, among its artefacts."
