"""The statements that every answer needs, each made into text once: SQLAlchemy takes longer to make it than SQLite to
execute it. The driver executes them, in the connection and the transaction that SQLAlchemy keeps.
"""

from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import PoolProxiedConnection

Values = Mapping[str, Any]


class Statement:
    """A statement for one kind of database. Values are given by the names of its parameters or columns: all of them
    and no others, or KeyError is raised.
    """

    def __init__(self, clause: sa.ClauseElement, dialect: sa.Dialect) -> None:
        compiled: Any = clause.compile(dialect=dialect)
        self._text = str(compiled)
        self._names = frozenset(name for name, parameter in compiled.binds.items() if parameter.required)
        self._constants = {name: value for name, value in compiled.params.items() if name not in self._names}
        self._order = compiled.positiontup  # None for a driver that takes values by their names

    def ask(self, connection: PoolProxiedConnection, values: Values) -> list[tuple[Any, ...]]:
        """The rows that it finds."""
        with closing(connection.cursor()) as cursor:
            cursor.execute(self._text, self._given(values))
            return list(cursor.fetchall())

    def insert(self, connection: PoolProxiedConnection, rows: Iterable[Values]) -> None:
        """Insert these rows."""
        with closing(connection.cursor()) as cursor:
            cursor.executemany(self._text, [self._given(row) for row in rows])

    def _given(self, values: Values) -> Any:
        """As the driver takes them."""
        if values.keys() != self._names:
            raise KeyError(*sorted(values.keys() ^ self._names))
        given = {**self._constants, **values}
        return given if self._order is None else [given[name] for name in self._order]
