"""Reading the journal: rows as they stand, and what is sealed in them, opened.

Nothing here writes. Whoever shows a row to a person journals that (a row of kind "console").
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import UNSET, Raw

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.measures.acceptance import of_unknown_cards
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.payload import KeptKey, Payload, Settled, read
from cds_hooks.audit.tables import entry, reported, shown
from cds_hooks.errors import PayloadForgotten, PayloadUnreadable
from cds_hooks.reasoning.consider import History

Row = dict[str, Any]

_AT_ONCE = 200  # rows in memory


@dataclass(frozen=True, slots=True)
class FeedbackKept:
    """What was reported of one card: the row of `reported`, when the report came, and the item as it was sent (with
    reason and comment), None if its key was shredded.
    """

    row: Mapping[str, Any]
    received_at: str
    item: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """One row of kind "hook" with its sealed part opened.

    `row` has the columns of `entry`. `who` are the people as sent (patient, user, encounter), `request` the hook, its
    instance and the FHIR server; `keys` each prefetch key with its state, its source and its resources; `left_out` and
    `unreadable` what was set aside and why; `settings` and `history` what else the answer rests on; `trace` every
    fact, tier and verdict (see `audit.trace`), None where nothing was consulted; `response` the bytes of the answer as
    it was decided, None for a refusal, which `refusal` then explains. `cards` are the rows of `shown`.
    """

    row: Mapping[str, Any]
    payload: Payload
    cards: tuple[Mapping[str, Any], ...]
    feedback: tuple[FeedbackKept, ...]

    @property
    def who(self) -> Mapping[str, str]:
        """The people as sent."""
        return self.payload.who

    @property
    def request(self) -> Mapping[str, str]:
        """The hook, its instance and the FHIR server."""
        return self.payload.request

    @property
    def keys(self) -> tuple[KeptKey, ...]:
        """The prefetch keys, with the resources that were used."""
        return tuple(self.payload.keys)

    @property
    def states(self) -> dict[str, str]:
        """What each prefetch key brought (`fhir.record.KeyState`)."""
        return {key.name: key.state for key in self.payload.keys}

    @property
    def resources(self) -> tuple[Mapping[str, Any], ...]:
        """Every resource that was used, decoded."""
        kept = (resource for key in self.payload.keys for resource in (*key.matches, *key.included))
        return tuple(msgspec.json.decode(resource.resource) for resource in kept)

    @property
    def left_out(self) -> tuple[tuple[str, str], ...]:
        """What was set aside before any fact was sought, with the reason."""
        return tuple(self.payload.left_out)

    @property
    def unreadable(self) -> tuple[Mapping[str, Any], ...]:
        """What mattered and could not be read."""
        return tuple(self.payload.unreadable)

    @property
    def settings(self) -> Settled:
        """The settings that matter to the answer."""
        return self.payload.settings or Settled()

    @property
    def history(self) -> History:
        """What the journal knew of the patient."""
        return self.payload.history or History()

    @property
    def trace(self) -> Mapping[str, Any] | None:
        """How the decision came about."""
        found = self.payload.trace
        return None if found is UNSET else msgspec.json.decode(found)

    @property
    def response(self) -> bytes | None:
        """The answer as it was decided."""
        found = self.payload.response
        return bytes(found) if isinstance(found, Raw) else None

    @property
    def refusal(self) -> Mapping[str, str]:
        """What the client was told instead, and where in its request."""
        return self.payload.refusal


def rows(journal: Journal, *conditions: sa.ColumnElement[bool], limit: int | None = None) -> list[Row]:
    """Rows of `entry` under these conditions, in the order of their chain. Raises JournalUnavailable."""
    chosen = sa.select(entry).where(*conditions).order_by(entry.c.tenant, entry.c.seq).limit(limit)
    with journal.database.reading() as connection:
        return [dict(row) for row in connection.execute(chosen).mappings()]


def unsealed(journal: Journal, row: Mapping[str, Any]) -> Payload | None:
    """The sealed part of a row, None if it has none. Raises PayloadForgotten, PayloadUnreadable, JournalUnavailable."""
    if row["sealed"] is None:
        return None
    with journal.database.reading() as connection:
        key = journal.keys.find(connection, row["data_key"])
    return read(key.unseal(row["id"], row["sealed"]))


def stored_decision(journal: Journal, id_: str, tenant: str | None = None) -> StoredDecision | None:
    """The call with this id, opened; None if there is none (of this tenant, if one is given).

    Raises PayloadForgotten, PayloadUnreadable, JournalUnavailable.
    """
    conditions = [entry.c.id == id_, *([] if tenant is None else [entry.c.tenant == tenant])]
    for row in rows(journal, *conditions):
        return opened(journal, row)
    return None


@dataclass(frozen=True, slots=True)
class Unopened:
    """A row whose sealed part cannot be opened, and why."""

    row: Mapping[str, Any]
    problem: PayloadForgotten | PayloadUnreadable


def decisions(journal: Journal, since: date | None = None) -> Iterator[StoredDecision | Unopened]:
    """Every call of the service, opened if it can be, oldest first in each tenant. Raises JournalUnavailable."""
    conditions = [entry.c.kind == Kind.HOOK.value, *([] if since is None else [entry.c.day >= since.isoformat()])]
    for row in each_row(journal, *conditions):
        try:
            yield opened(journal, row)
        except (PayloadForgotten, PayloadUnreadable) as problem:
            yield Unopened(row, problem)


def each_row(journal: Journal, *conditions: sa.ColumnElement[bool]) -> Iterator[Row]:
    """As `rows`, one by one: there may be more than memory holds."""
    chosen = sa.select(entry).where(*conditions).order_by(entry.c.tenant, entry.c.seq)
    with journal.database.reading(at_length=True) as connection:
        streaming = connection.execution_options(stream_results=True, max_row_buffer=_AT_ONCE)
        with streaming.execute(chosen) as found:
            for row in found.mappings():
                yield dict(row)


def opened(journal: Journal, row: Mapping[str, Any]) -> StoredDecision:
    """A row of `entry`, opened, with its cards and what was reported of them."""
    with journal.database.reading() as connection:
        cards = connection.execute(sa.select(shown).where(shown.c.entry == row["id"])).mappings().all()
    order = [item["uuid"] for item in msgspec.json.decode(row["items"] or "[]") if "uuid" in item]
    ordered = sorted((dict(card) for card in cards), key=lambda card: order.index(card["uuid"]))
    payload = unsealed(journal, row) or Payload({}, {})
    return StoredDecision(row, payload, tuple(ordered), tuple(_feedback(journal, row, order)))


def quarantined(journal: Journal, window: Window, most: int) -> list[Row]:
    """So many of the rows of `reported` about cards that the tenant was never shown, the latest first; `day` is that of
    the report. Raises JournalUnavailable.
    """
    latest_first = (reported.c.day.desc(), reported.c.entry.desc(), reported.c.number)
    chosen = sa.select(reported).where(*of_unknown_cards(window)).order_by(*latest_first).limit(most)
    with journal.database.reading() as connection:
        return [dict(row) for row in connection.execute(chosen).mappings()]


def _feedback(journal: Journal, row: Mapping[str, Any], cards: list[str]) -> Iterator[FeedbackKept]:
    of_cards = [reported.c.tenant == row["tenant"], reported.c.card_uuid.in_(cards), reported.c.copy == 0]
    chosen = sa.select(reported).where(*of_cards)
    with journal.database.reading() as connection:
        found = [dict(one) for one in connection.execute(chosen).mappings()]
    calls = {call["id"]: call for call in rows(journal, entry.c.id.in_([one["entry"] for one in found]))}
    for one in sorted(found, key=lambda each: (calls[each["entry"]]["seq"], each["number"])):
        call = calls[one["entry"]]
        yield FeedbackKept(one, call["received_at"], _item(journal, call, one["number"]))


def _item(journal: Journal, call: Mapping[str, Any], number: int) -> Mapping[str, Any] | None:
    try:
        payload = unsealed(journal, call)
    except PayloadForgotten:
        return None
    return None if payload is None else payload.items[number]
