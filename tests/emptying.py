"""How the tables are emptied after a test, or after all of a module's that share a world."""

from infra.postgres.piccolo_app import TABLES

EMPTY = (
    "alter table log disable trigger log_is_append_only; "
    + "".join(f'delete from "{table._meta.tablename}"; ' for table in reversed(TABLES))
    + "delete from pgqueuer; alter table log enable trigger log_is_append_only"
)
