"""A connection of the pool, for as long as it is borrowed: runs statements of SQLAlchemy on asyncpg."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
from asyncpg.transaction import Transaction
from sqlalchemy import Executable

from lealtad.db.rows import Row, Rows
from lealtad.db.statements import Parameters, compiled

Listener = Callable[[str], None]
"""Hears of each statement, as SQL, before it is executed."""


class Connection:
    """Executes statements, one at a time.

    Failures are asyncpg's: `PostgresError` with the server's `sqlstate`, `InterfaceError`, TimeoutError, OSError.
    """

    __slots__ = ("_derived", "_driver", "_listeners")

    def __init__(self, driver: asyncpg.Connection, derived: str, listeners: Sequence[Listener] = ()) -> None:
        self._driver = driver
        self._derived = derived
        self._listeners = listeners

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> Rows:
        """Execute `statement` (a `text`, or an expression) and return its rows."""
        ready, (values,) = compiled(statement, [parameters or {}], self._derived)
        return await self.run(ready.sql, *ready.arguments(values))

    async def execute_each(self, statement: Executable, parameters: Sequence[Parameters]) -> None:
        """Execute `statement` for each of `parameters`, which have the same names; return no rows."""
        if not parameters:
            return
        ready, values = compiled(statement, parameters, self._derived)
        self._tell(ready.sql)
        await self._driver.executemany(ready.sql, [ready.arguments(each) for each in values])

    async def scalar(self, statement: Executable, parameters: Parameters | None = None) -> Any:
        """Execute `statement` and return the first column of its first row; None where it returns no row."""
        rows = await self.execute(statement, parameters)
        return rows[0][0] if rows else None

    async def affected(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """Execute `statement` and return how many rows it inserted, changed or deleted."""
        ready, (values,) = compiled(statement, [parameters or {}], self._derived)
        self._tell(ready.sql)
        status: str = await self._driver.execute(ready.sql, *ready.arguments(values))
        return int(status.rpartition(" ")[2])

    async def run(self, sql: str, *values: Any) -> Rows:
        """Execute SQL that is the driver's already, with parameters `$1`, `$2` …, and return its rows."""
        self._tell(sql)
        return Rows(await self._driver.fetch(sql, *values, record_class=Row))

    async def run_script(self, sql: str) -> None:
        """Execute several commands, which have no parameters."""
        self._tell(sql)
        await self._driver.execute(sql)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commit what the block does at its end; undo it when it raises. Within a transaction it is a savepoint."""
        transaction = self._driver.transaction()
        await transaction.start()
        try:
            yield
        except BaseException:
            await self._roll_back(transaction)
            raise
        await transaction.commit()

    async def _roll_back(self, transaction: Transaction) -> None:
        """Undo what was done; with the connection, where that fails: why the transaction failed counts more."""
        try:
            await transaction.rollback()
        except Exception:  # noqa: BLE001 - the driver, the event loop or the network, each with errors of its own
            # Where it broke off, the pool has taken it back already.
            with suppress(asyncpg.InterfaceError):
                self._driver.terminate()

    def _tell(self, sql: str) -> None:
        for listener in self._listeners:
            listener(sql)
