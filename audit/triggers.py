"""The database itself refuses to change what happened.

A mistake in our own code, a shell or a data fix cannot rewrite an event: the triggers below refuse it on
SQLite and on PostgreSQL. Django's SQLite schema editor rebuilds a table to alter it and loses its triggers:
a migration that alters one of these tables ends with `RunPython(install)` again. `verify_audit` notices when
they are missing.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

REFUSED = {
    "audit_event": ("UPDATE", "DELETE", "TRUNCATE"),
    "audit_eventtext": ("UPDATE", "TRUNCATE"),  # erasing deletes the row
    "audit_stream": ("DELETE", "TRUNCATE"),  # appending moves its head
}
FUNCTION = "audit_refuse_change"


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place; does no harm where they already are."""
    remove(connection)
    statements = _postgresql() if connection.vendor == "postgresql" else _sqlite()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for undoing the migration, and for tests that empty the tables."""
    with connection.cursor() as cursor:
        for table, operations in REFUSED.items():
            for operation in operations:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {_name(table, operation)}{on}")
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP FUNCTION IF EXISTS {FUNCTION}()")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that should be there and are not."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return sorted(_expected(connection.vendor) - present)


def _expected(vendor: str) -> set[str]:
    return {
        _name(table, operation)
        for table, operations in REFUSED.items()
        for operation in operations
        if vendor == "postgresql" or operation != "TRUNCATE"
    }


def _name(table: str, operation: str) -> str:
    return f"{table}_refuse_{operation.lower()}"


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {_name(table, operation)} BEFORE {operation} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {operation} refused'); END"
        for table, operations in REFUSED.items()
        for operation in operations
        if operation != "TRUNCATE"  # SQLite has none
    ]


def _postgresql() -> list[str]:
    function = (
        f"CREATE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    triggers = [
        f"CREATE TRIGGER {_name(table, operation)} BEFORE {operation} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()"
        for table, operations in REFUSED.items()
        for operation in operations
    ]
    return [function, *triggers]
