"""The platform's history runs before the service's, and no service has a file of it."""

import asyncio
import shutil
import sys
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from lealtad.app.main import main
from lealtad.db import migrations
from lealtad.db.exclusion import MIGRATE_ALONE
from lealtad.db.migrations import PLATFORM_MIGRATIONS, FormerHistoryError, MigrationRunsError, migrate
from lealtad.testing.migrations import differences
from lealtad.testing.postgres import TOKEN_SECRET

from .echo import ECHO

REVISION = """
from alembic import op

from lealtad.db.migrations import run_script

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    run_script(op, {statements!r})
"""
NEW_COLUMN = """
    ALTER TABLE platform.journal ADD COLUMN noted_by varchar;
    CREATE INDEX ix_journal_noted_by ON platform.journal (noted_by);
"""
FORMER = "DROP TABLE platform.platform_version; UPDATE platform.alembic_version SET version_num = '0008'"


@pytest.fixture
def newer(tmp_path: Path):
    """Copies a history, with one revision more."""

    def copy(history: Path, statements: str) -> Path:
        folder = tmp_path / history.name
        shutil.copytree(history, folder)
        head = max(path.name[:4] for path in (folder / "versions").glob("*.py"))
        (folder / "versions" / "9999_newer.py").write_text(REVISION.format(head=head, statements=statements))
        return folder

    return copy


async def versions(database) -> tuple[str, str]:
    async with database.read() as uow:
        platform = await uow.connection.scalar(text("SELECT version_num FROM platform_version"))
        return platform, await uow.connection.scalar(text("SELECT version_num FROM alembic_version"))


async def test_a_revision_of_the_platform_reaches_the_database_of_a_service_that_has_no_file_of_it(database_for, newer):
    database, platform = await database_for(ECHO), newer(PLATFORM_MIGRATIONS, NEW_COLUMN)
    for _ in range(2):  # the second time there is nothing to do
        await asyncio.to_thread(migrate, str(database.engine.url), ECHO.database.migrations, platform)

    assert await versions(database) == ("9999", "0001")
    added = [line for line in await differences(ECHO, database) if line.startswith("- platform")]
    assert len(added) == 2
    assert all("noted_by" in line for line in added)


async def test_the_platforms_revision_comes_before_those_of_the_service(database_for, newer):
    database, platform = await database_for(ECHO), newer(PLATFORM_MIGRATIONS, NEW_COLUMN)
    service = newer(ECHO.database.migrations, "ALTER TABLE platform.journal RENAME noted_by TO author")

    await asyncio.to_thread(migrate, str(database.engine.url), service, platform)

    assert await versions(database) == ("9999", "9999")


async def test_a_difference_in_storage_parameters_shows(database_for):
    database = await database_for(ECHO)
    async with database.begin() as uow:
        await uow.connection.run("ALTER TABLE platform.outbox RESET (autovacuum_vacuum_threshold)")

    found = [line for line in await differences(ECHO, database) if " platform: " in line]
    assert [line[:20] for line in found] == ["- platform: outbox i", "+ platform: outbox i"]


async def test_a_revision_that_fails_leaves_nothing(database_for, newer):
    database = await database_for(ECHO)
    platform = newer(PLATFORM_MIGRATIONS, NEW_COLUMN.replace("(noted_by)", "(nothing_known)"))
    before = await versions(database)

    with pytest.raises(Exception, match="nothing_known"):
        await asyncio.to_thread(migrate, str(database.engine.url), ECHO.database.migrations, platform)

    assert await versions(database) == before
    assert not [line for line in await differences(ECHO, database) if " platform: " in line]


async def test_a_database_of_the_former_history_is_refused_in_words(database_for, monkeypatch, capsys):
    database = await database_for(ECHO)
    async with database.begin() as uow:
        await uow.connection.run_script(FORMER)
    monkeypatch.setattr(sys.modules["lealtad.app.main"], "configure_logging", lambda *_: None)
    monkeypatch.setenv("LEALTAD_DATABASE_URL", str(database.engine.url))
    monkeypatch.setenv("LEALTAD_TOKEN_SECRET", TOKEN_SECRET)

    assert await asyncio.to_thread(main, ECHO, ["migrate"]) == 1

    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{ECHO.name}: ")
    assert "lealtad down --wipe" in line
    with pytest.raises(FormerHistoryError):
        await asyncio.to_thread(migrate, str(database.engine.url), ECHO.database.migrations)


async def test_migrations_that_start_at_once_on_an_empty_database_wait_for_one_another(databases):
    url = await databases.create_empty_url()

    await asyncio.gather(*(asyncio.to_thread(migrate, url, ECHO.database.migrations) for _ in range(4)))

    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT count(*) FROM platform.alembic_version") == 1
    await connection.close()


async def test_a_migration_that_does_not_end_is_named_to_the_one_that_waits(databases, monkeypatch):
    monkeypatch.setattr(migrations, "OTHER_MIGRATION_TIMEOUT", "50ms")
    url = await databases.create_empty_url()
    other = await asyncpg.connect(url)
    try:
        await other.execute(MIGRATE_ALONE)
        with pytest.raises(MigrationRunsError, match="wait for it"):
            await asyncio.to_thread(migrate, url, ECHO.database.migrations)
    finally:
        await other.close()
