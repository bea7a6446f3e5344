"""What every test stands on. `pytest` alone uses SQLite; DATABASE_URL=postgres://… uses PostgreSQL."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """The few settings that differ from a council's: fast passwords, files that need no collecting."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DOCUMENTS_DIR = Path(tempfile.mkdtemp(prefix="documents-"))
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    config.addinivalue_line("filterwarnings", "ignore:No directory at:UserWarning")  # nothing collected


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    from django.db import connection

    if connection.vendor != "postgresql":
        skip = pytest.mark.skip(reason="promised of PostgreSQL: set DATABASE_URL")
        for item in items:
            if item.get_closest_marker("postgres"):
                item.add_marker(skip)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On SQLite, a test database in a file: the live server's threads each open it for themselves."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _events_may_be_flushed() -> Iterator[None]:
    """Take the append-only triggers away while a transactional test empties the tables."""
    from django.db import connection
    from django.test import TransactionTestCase

    from audit import triggers

    flush = TransactionTestCase._fixture_teardown

    def flush_without_triggers(self: TransactionTestCase) -> None:
        triggers.remove(connection)
        try:
            flush(self)
        finally:
            triggers.install(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_without_triggers)
        yield


@pytest.fixture(autouse=True)
def _nobody_has_uploaded_yet() -> None:
    """The folder of documents outlives a test, and its people come again under the same numbers."""
    from django.conf import settings

    from complaints.papers import uploads

    shutil.rmtree(settings.DOCUMENTS_DIR / uploads.FOLDER, ignore_errors=True)


@pytest.fixture
def user_with(db: None) -> Callable:
    """`user_with(Role.RESPONDER, unit)`: somebody new who holds that role; `user_with()`: no role."""
    from tests.factories import make_grant, make_user

    def make(role=None, unit=None, **fields):
        user = make_user(**fields)
        if role is not None:
            make_grant(user, role, unit)
        return user

    return make


@pytest.fixture
def client_for(user_with: Callable) -> Callable:
    """`client_for(Role.ADMINISTRATOR)`: a browser in which somebody with that role is signed in; the person is
    `client.user`. `client_for(user)` takes somebody there already, `client_for()` somebody without a role."""
    from accounts.models import User
    from tests.browser import Browser

    def make(who=None, unit=None):
        client = Browser()
        client.user = who if isinstance(who, User) else user_with(who, unit)
        client.force_login(client.user)
        return client

    return make
