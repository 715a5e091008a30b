"""How far, and how faithfully, another organisation took something over."""

from services.terms import Term


class AdoptionMode(Term):
    """Danish COI's three ways of reuse."""

    COPIED = "COPIED", "Taken over as it is."
    ADAPTED = "ADAPTED", "Taken over with changes."
    INSPIRED = "INSPIRED", "Something of one's own, prompted by it."


class AdoptionStage(Term):
    """How far an adoption has come. Only VALUE_CONFIRMED counts as spread (rule 11)."""

    INTERESTED = "INTERESTED", "Looking into it."
    PLANNED = "PLANNED", "Decided."
    IMPLEMENTED = "IMPLEMENTED", "In use."
    VALUE_CONFIRMED = "VALUE_CONFIRMED", "In use, with evidence that it helps; this alone counts as spread."
    ABANDONED = "ABANDONED", "Given up, with a reason."
