"""The words this noun uses for kinds, states and roles."""

from services.terms import Term


class CaseKind(Term):
    """What sort of account a case is."""

    CO_CREATION_PROJECT = (
        "CO_CREATION_PROJECT",
        "A project in which a service or a strategy was made with those it is for.",
    )
    METHOD = "METHOD", "A way of working that can be used again."
    LAB_PROGRAMME = "LAB_PROGRAMME", "What an innovation lab does, and how."
    CULTURE_CHANGE = "CULTURE_CHANGE", "A programme that changed how an organisation behaves."
    GUIDANCE = "GUIDANCE", "Advice distilled from experience."


class PublicationStatus(Term):
    """Where a version of a case or a practice stands on its way to its readers."""

    DRAFT = "DRAFT", "Being written by its owner."
    SUBMITTED = "SUBMITTED", "Handed in for review."
    IN_REVIEW = "IN_REVIEW", "Somebody is reviewing it."
    CHANGES_REQUESTED = "CHANGES_REQUESTED", "Back with its authors, with a note of what to change."
    PUBLISHED = "PUBLISHED", "Published; its text never changes again."
    SUPERSEDED = "SUPERSEDED", "Published once; a later version took its place."
    ARCHIVED = "ARCHIVED", "Kept as it is, and no longer current, until its owner says otherwise."
    WITHDRAWN = "WITHDRAWN", "Taken back by its owner before publication; editing it makes it a draft again."


class ParticipationRole(Term):
    """What an organisation or a group of stakeholders was in a case."""

    OWNER = "OWNER", "Answers for the case."
    HOST = "HOST", "Offered the place or the occasion."
    FACILITATOR = "FACILITATOR", "Guided the process."
    FUNDER = "FUNDER", "Paid for it, in whole or in part."
    EXPERT = "EXPERT", "Contributed knowledge."
    CO_CREATOR = "CO_CREATOR", "Made it together with the owner."
    TESTER = "TESTER", "Tried it out."
    BENEFICIARY = "BENEFICIARY", "Is served by it."


class Stage(Term):
    """The canonical stage of a phase (Double Diamond, with testing and scaling set apart)."""

    DISCOVER = "DISCOVER", "Looking and listening, before the problem is fixed."
    DEFINE = "DEFINE", "Choosing the problem."
    DEVELOP = "DEVELOP", "Making solutions."
    TEST = "TEST", "Trying them with those they are for."
    DELIVER = "DELIVER", "Putting one into practice."
    SCALE = "SCALE", "Spreading it."


class PrincipleLevel(Term):
    """A value is lived through principles, a principle through guidelines."""

    VALUE = "VALUE", "What the organisation stands for."
    PRINCIPLE = "PRINCIPLE", "How a value shows in its services."
    GUIDELINE = "GUIDELINE", "What an employee does about it."


class OutputKind(Term):
    """What was made."""

    STRATEGY = "STRATEGY", "A strategy."
    PLAN = "PLAN", "A plan of steps."
    REPORT = "REPORT", "A report."
    VISION = "VISION", "A vision of what a service should be."
    VALUES = "VALUES", "A set of values."
    PRINCIPLES = "PRINCIPLES", "A set of principles or guidelines."
    IDEAS = "IDEAS", "A set of ideas."
    ROAD_MAP = "ROAD_MAP", "A road map."
    INSTRUMENT = "INSTRUMENT", "An instrument, such as one of personnel policy."
    SERVICE = "SERVICE", "A new or changed service."
    TRAINING = "TRAINING", "A course or a seminar series."
    TOOL = "TOOL", "A tool that others can use."
    EVENT = "EVENT", "A meeting or a tour."
    OTHER = "OTHER", "Something else."


class OutputStatus(Term):
    """How far an output had come when the case was written."""

    PLANNED = "PLANNED", "Not begun."
    STARTED = "STARTED", "Begun."
    DELIVERED = "DELIVERED", "Finished."
    NOT_REPORTED = "NOT_REPORTED", "The source does not say."


class OutcomeKind(Term):
    """What is known of an outcome. The last four are publishable answers, not gaps."""

    MEASURED = "MEASURED", "A figure is given."
    OBSERVED = "OBSERVED", "A change was noticed, without a figure."
    NOT_YET_KNOWN = "NOT_YET_KNOWN", "Too early to tell."
    NOT_REPORTED = "NOT_REPORTED", "The source does not say."
    NO_EFFECT = "NO_EFFECT", "Nothing changed."
    NEGATIVE = "NEGATIVE", "It got worse."


class OutcomeUnit(Term):
    """What an outcome's value is counted in. PERCENT is 0–100."""

    PERCENT = "PERCENT", "Percent, 0–100."
    COUNT = "COUNT", "A number of things or people."
    HOURS = "HOURS", "Hours."
    DAYS = "DAYS", "Days."
    EUR = "EUR", "Euros."
    SCORE = "SCORE", "Points on a scale that the indicator names."


class TakeawayKind(Term):
    """What a short text tells whoever wants to do the same."""

    LESSON = "LESSON", "Something learned."
    BARRIER = "BARRIER", "Something that stood in the way."
    SUCCESS_CONDITION = "SUCCESS_CONDITION", "Something that must be there."
    RESOURCE_NEED = "RESOURCE_NEED", "Something it takes: people, time, money, skills."


class AccessAnswer(Term):
    """What an owner says to somebody who asks to be let into a case."""

    GUEST = "GUEST", "They may read and comment on it themselves, until an instant."
    ORGANISATION = "ORGANISATION", "Their organisation may read it, until an instant."
    DENIED = "DENIED", "They may not."
