"""Statements for asyncpg: SQL with numbered parameters, and the values in that order.

SQLAlchemy renders the SQL of `text` and of expressions. Its own execution would take four times the processor time of
asyncpg (see ADR asyncpg-runs-statements), and statements are most of the cost of a purchase.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Executable, TextClause
from sqlalchemy.dialects.postgresql import asyncpg

from lealtad.db.columns import DERIVED

Parameters = Mapping[str, Any]
REMEMBERED = 1000
"""The number of cached texts: all of a service's repositories, and the few that they compose."""

DIALECT = asyncpg.dialect(json_serializer=lambda value: orjson.dumps(value).decode())  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Statement:
    """A rendered statement."""

    sql: str
    names: Sequence[str]
    """Names of the parameters, in the order of their numbers."""
    encoders: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    """Functions that convert a value for the driver, by name of parameter."""

    def arguments(self, parameters: Parameters) -> list[Any]:
        """Return the values in the order of their numbers; raise KeyError for a missing one."""
        if not self.encoders:
            return [parameters[name] for name in self.names]
        encoders = self.encoders
        return [encoders[name](parameters[name]) if name in encoders else parameters[name] for name in self.names]


def compiled(
    statement: Executable, parameters: Sequence[Parameters], derived: str
) -> tuple[Statement, Sequence[Parameters]]:
    """Return `statement` for asyncpg, and `parameters` with the values inside the statement added.

    All of `parameters` have the same names; one execution follows the other. `derived` replaces the schema of the
    derived tables.
    """
    if isinstance(statement, TextClause):
        return _of_text(statement.text), parameters
    names = list(parameters[0]) or None
    rendered = statement.compile(  # type: ignore[attr-defined] # every executable has `compile`
        dialect=DIALECT,
        column_keys=names,
        schema_translate_map={DERIVED: derived},
        render_schema_translate=True,
        compile_kwargs={"render_postcompile": True},
    )
    encoders = {name: bind.type.dialect_impl(DIALECT).bind_processor(DIALECT) for name, bind in rendered.binds.items()}
    needed = {name: encoder for name, encoder in encoders.items() if encoder}
    complete = [rendered.construct_params(dict(each)) for each in parameters]
    return Statement(rendered.string, rendered.positiontup or (), needed), complete


@lru_cache(maxsize=REMEMBERED)
def _of_text(sql: str) -> Statement:
    rendered = TextClause(sql).compile(dialect=DIALECT)
    return Statement(rendered.string, tuple(rendered.positiontup or ()))
