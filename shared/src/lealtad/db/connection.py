"""A borrowed connection of the pool, which runs statements of SQLAlchemy on asyncpg."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
from asyncpg.transaction import Transaction
from sqlalchemy import Executable

from lealtad.db.rows import Row, Rows
from lealtad.db.statements import Parameters, compiled

Listener = Callable[[str], None]
"""A function that gets the SQL of each statement before it runs."""


class Connection:
    """A connection that runs one statement at a time.

    Every method may raise the errors of asyncpg: `PostgresError` with the server's `sqlstate`, `InterfaceError`,
    TimeoutError, OSError.
    """

    __slots__ = ("_derived", "_driver", "_listeners")

    def __init__(self, driver: asyncpg.Connection, derived: str, listeners: Sequence[Listener] = ()) -> None:
        self._driver = driver
        self._derived = derived
        self._listeners = listeners

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> Rows:
        """Run `statement` (a `text` or an expression) and return its rows."""
        ready, (values,) = compiled(statement, [parameters or {}], self._derived)
        return await self.run(ready.sql, *ready.arguments(values))

    async def execute_each(self, statement: Executable, parameters: Sequence[Parameters]) -> None:
        """Run `statement` once for each of `parameters`, which all have the same names; return no rows."""
        if not parameters:
            return
        ready, values = compiled(statement, parameters, self._derived)
        self._tell(ready.sql)
        await self._driver.executemany(ready.sql, [ready.arguments(each) for each in values])

    async def scalar(self, statement: Executable, parameters: Parameters | None = None) -> Any:
        """Run `statement` and return the first column of its first row, or None without a row."""
        rows = await self.execute(statement, parameters)
        return rows[0][0] if rows else None

    async def affected(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """Run `statement` and return the number of rows that it inserted, updated or deleted."""
        ready, (values,) = compiled(statement, [parameters or {}], self._derived)
        self._tell(ready.sql)
        status: str = await self._driver.execute(ready.sql, *ready.arguments(values))
        return int(status.rpartition(" ")[2])

    async def run(self, sql: str, *values: Any) -> Rows:
        """Run SQL with parameters `$1`, `$2` … as the driver takes it, and return its rows."""
        self._tell(sql)
        return Rows(await self._driver.fetch(sql, *values, record_class=Row))

    async def run_script(self, sql: str) -> None:
        """Run several statements without parameters."""
        self._tell(sql)
        await self._driver.execute(sql)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commit at the end of the block, or roll back when it raises; inside a transaction, set a savepoint."""
        transaction = self._driver.transaction()
        await transaction.start()
        try:
            yield
        except BaseException:
            await self._roll_back(transaction)
            raise
        await transaction.commit()

    async def _roll_back(self, transaction: Transaction) -> None:
        """Roll back, or close the connection where the rollback fails.

        Raise nothing: the caller needs the error that ended the transaction.
        """
        try:
            await transaction.rollback()
        except Exception:  # noqa: BLE001 - the driver, the event loop or the network, each with errors of its own
            # The pool has already taken back a broken connection.
            with suppress(asyncpg.InterfaceError):
                self._driver.terminate()

    def _tell(self, sql: str) -> None:
        for listener in self._listeners:
            listener(sql)
