"""Statements as asyncpg takes them: SQL with numbered parameters, and their values in that order.

SQLAlchemy writes them, from `text` and from expressions alike. Executing them through it costs four times the
processor time of asyncpg alone (see ADR asyncpg-runs-statements), and most of what a purchase costs is statements.
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
"""Texts: those of all repositories of a service, and what few of them compose."""

DIALECT = asyncpg.dialect(json_serializer=lambda value: orjson.dumps(value).decode())  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL for asyncpg."""

    sql: str
    names: Sequence[str]
    """Of the parameters, in the order of their numbers."""
    encoders: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    """What makes a value one that the driver knows, by name of parameter."""

    def arguments(self, parameters: Parameters) -> list[Any]:
        """Return the values in the order of their numbers; raises KeyError where one is missing."""
        if not self.encoders:
            return [parameters[name] for name in self.names]
        encoders = self.encoders
        return [encoders[name](parameters[name]) if name in encoders else parameters[name] for name in self.names]


def compiled(
    statement: Executable, parameters: Sequence[Parameters], derived: str
) -> tuple[Statement, Sequence[Parameters]]:
    """Return `statement` for asyncpg, and `parameters` with the values that the statement carries itself.

    Several parameters are executed one after the other, and have the same names. `derived` is the schema that stands in
    the place of the derived tables' own.
    """
    if isinstance(statement, TextClause):
        return _of_text(statement.text), parameters
    names = list(parameters[0]) or None
    rendered = statement.compile(  # type: ignore[attr-defined] # all that is executable is compiled
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
