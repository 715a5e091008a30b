"""The one Piccolo app: every table, one history of migrations."""

from pathlib import Path

from piccolo.conf.apps import AppConfig
from piccolo.table import Table

from infra.search.postgres import tables as search
from services.adoptions import tables as adoptions
from services.artefacts import tables as artefacts
from services.audit import tables as audit
from services.cases import tables as cases
from services.comments import tables as comments
from services.concepts import tables as concepts
from services.events import tables as events
from services.identity import tables as identity
from services.invitations import tables as invitations
from services.log import LogEntry
from services.networks import tables as networks
from services.notifications import tables as notifications
from services.organisations import tables as organisations
from services.practices import tables as practices
from services.privacy import tables as privacy
from services.reviews import tables as reviews
from services.test_rounds import tables as test_rounds

TABLES: list[type[Table]] = [
    organisations.Organisation,
    organisations.Person,
    organisations.Membership,
    organisations.Network,
    organisations.NetworkMember,
    organisations.Lab,
    organisations.LabFormat,
    organisations.KeyringEpoch,
    organisations.PersonalToken,
    organisations.IdempotencyKey,
    invitations.Invitation,
    networks.NetworkProposal,
    identity.IdentityProvider,
    identity.ExternalIdentity,
    identity.Session,
    identity.SpentState,
    concepts.Concept,
    cases.Case,
    cases.CaseAudience,
    cases.CaseVersion,
    cases.CaseConcept,
    cases.Participation,
    cases.Phase,
    cases.MethodUse,
    cases.Finding,
    cases.Challenge,
    cases.Idea,
    cases.ImplementationSheet,
    cases.RoadMapItem,
    cases.Principle,
    cases.Output,
    cases.Outcome,
    cases.Takeaway,
    cases.CaseContact,
    cases.Admission,
    cases.AccessRequest,
    test_rounds.TestRound,
    test_rounds.Site,
    test_rounds.Criterion,
    test_rounds.ParticipantGroup,
    test_rounds.Observation,
    test_rounds.RoundFinding,
    test_rounds.FindingEvidence,
    test_rounds.Verdict,
    test_rounds.Deviation,
    test_rounds.Consent,
    test_rounds.WithdrawnWords,
    practices.Practice,
    practices.PracticeVersion,
    practices.PracticeConcept,
    practices.PracticeSource,
    adoptions.Adoption,
    notifications.Notification,
    events.Event,
    events.EventParticipant,
    events.EventTheme,
    events.EventCase,
    artefacts.Artefact,
    artefacts.ArtefactVersion,
    reviews.Review,
    comments.Comment,
    privacy.DataExport,
    LogEntry,
    audit.LogSeal,
    audit.LogAddress,
    search.SearchThing,
    search.SearchWay,
    search.SearchEntry,
    search.SearchText,
    search.SearchWord,
    search.SearchReach,
]

APP_CONFIG = AppConfig(
    app_name="serra",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=TABLES,
    migration_dependencies=[],
)
