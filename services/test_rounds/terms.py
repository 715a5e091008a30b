"""The words this noun uses for states, grounds and verdicts."""

from services.terms import Term


class RoundStatus(Term):
    """Where a round stands in its life."""

    PLANNED = "PLANNED", "Being prepared; everything may still change."
    REGISTERED = "REGISTERED", "Its hypothesis and criteria are frozen."
    RUNNING = "RUNNING", "People are testing."
    ANALYSING = "ANALYSING", "Testing is over; findings and verdicts are being written."
    CONCLUDED = "CONCLUDED", "A decision has been taken."
    CANCELLED = "CANCELLED", "Stopped, with a reason."


class LawfulBasis(Term):
    """The ground of GDPR article 6(1) on which participants' data are processed."""

    CONSENT = "CONSENT", "GDPR 6(1)(a): the participant's consent."
    CONTRACT = "CONTRACT", "GDPR 6(1)(b): a contract with the participant."
    LEGAL_OBLIGATION = "LEGAL_OBLIGATION", "GDPR 6(1)(c): a legal obligation."
    VITAL_INTERESTS = "VITAL_INTERESTS", "GDPR 6(1)(d): vital interests."
    PUBLIC_TASK = (
        "PUBLIC_TASK",
        "GDPR 6(1)(e): a task in the public interest; the usual ground of a public body.",
    )
    LEGITIMATE_INTERESTS = (
        "LEGITIMATE_INTERESTS",
        "GDPR 6(1)(f): legitimate interests; not open to public bodies in their tasks.",
    )


class Decision(Term):
    """What a round led to."""

    ITERATE = "ITERATE", "Change the prototype and test again."
    SCALE = "SCALE", "Take it into service."
    STOP = "STOP", "Give it up."
    PIVOT = "PIVOT", "Keep the problem, change the approach."


class Judgement(Term):
    """Whether a criterion held at a site."""

    MET = "MET", "The criterion held."
    PARTLY_MET = "PARTLY_MET", "It held in part."
    NOT_MET = "NOT_MET", "It did not hold."
    NOT_TESTED = "NOT_TESTED", "It was not put to the test at this site."


class FindingState(Term):
    """What became of a finding since the round before."""

    NEW = "NEW", "Not seen in an earlier round."
    REMAINS = "REMAINS", "Seen before, and still there."
    FIXED = "FIXED", "Seen before, and gone."
    REGRESSED = "REGRESSED", "Gone once, and back."
    WONT_FIX = "WONT_FIX", "Accepted as it is."


class FrozenField(Term):
    """What registration freezes; a later change of it is a deviation."""

    PROBLEM = "PROBLEM", "The problem."
    HYPOTHESIS = "HYPOTHESIS", "The hypothesis."
    PROTOTYPE_VERSION = "PROTOTYPE_VERSION", "The version of the prototype."
    CRITERIA = "CRITERIA", "The success criteria."
    SITES = "SITES", "The sites."
    PARTICIPANTS = "PARTICIPANTS", "The planned participants."
    WINDOW = "WINDOW", "The dates."
