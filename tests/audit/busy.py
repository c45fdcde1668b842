"""A journal with some weeks of calls in it, made up from a seed: what the measures are tested on."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from cds_hooks.audit.entry import Caller, CardShown, Entry, Spoken, Summary, Who
from cds_hooks.audit.journal import Journal
from cds_hooks.protocol.feedback import FeedbackItem
from tests.audit import sample

FIRST = date(2026, 1, 1)
TENANTS = ("north", "south")
USERS = ("Practitioner/a", "Practitioner/b", "PractitionerRole/c", "Patient/p", None)
RULES = ("surveillance_mammography", "extended_endocrine", "germline_testing")
REFUSALS = ((412, "RequiredDataMissing"), (503, "Overloaded"), (401, "unknown_issuer"))


def fill(journal: Journal, calls: int = 150, seed: int = 1) -> None:
    """Record calls on two tenants over two weeks, and feedback on some of their cards."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    for number in range(calls):
        call = _call(chance, number)
        journal.record(call)
        if call.sent and call.cards and chance.random() < 0.5:
            _feedback(journal, chance, call)


def _call(chance: random.Random, number: int) -> Entry:
    moment = datetime.combine(FIRST, datetime.min.time(), UTC) + timedelta(
        days=chance.randrange(14), seconds=chance.randrange(86_400)
    )
    tenant, mode = chance.choice(TENANTS), chance.choice(("live", "live", "pilot", "silent"))
    plain = sample.entry(
        id=str(UUID(int=chance.getrandbits(128), version=4)),
        received_at=moment,
        duration_ms=round(chance.lognormvariate(3, 0.6), 1),
        caller=Caller(tenant, mode=mode),
        who=Who(f"patient-{chance.randrange(12)}", chance.choice(USERS)),
        hook_instance=str(UUID(int=number)),
        payload=None,
    )
    if chance.random() < 0.15:
        status, error = chance.choice(REFUSALS)
        return replace(plain, status=status, error=error)
    return replace(plain, **_answer(chance), sent=mode != "silent")


def _answer(chance: random.Random) -> dict[str, Any]:
    if chance.random() < 0.2:
        return {"summary": Summary(silence=chance.choice(("no_breast_cancer", "deceased")))}
    rules = tuple(sorted(chance.sample(RULES, chance.randrange(3))))
    missing = tuple(sorted(chance.sample(("her2", "tumour_grade", "positive_nodes"), chance.randrange(3))))
    tier = "low-high" if missing else chance.choice(("low", "moderate", "high"))
    summary = Summary(
        tier, None, missing, rules, ("tumour_grade=http://snomed.info/sct|371469007",), ("tumour_size=mm",)
    )
    cards = [CardShown(str(UUID(int=chance.getrandbits(128), version=4)), "tier", "info", (Spoken("tier", "applies"),))]
    if rules:
        spoken = tuple(Spoken(rule, "applies") for rule in rules)
        asked = Spoken("asked_only", "cannot_tell", shown=False)
        cards.append(
            CardShown(str(UUID(int=chance.getrandbits(128), version=4)), "treatment", "info", (*spoken, asked))
        )
    return {"summary": summary, "cards": tuple(cards)}


def _feedback(journal: Journal, chance: random.Random, call: Entry) -> None:
    items = []
    for card in call.cards:
        outcome = chance.choice(("accepted", "overridden", "overridden"))
        reason = chance.choice((*sample.CODES, None)) if outcome == "overridden" else None
        told = None if reason is None else {"code": reason, "system": sample.REASONS.system}
        items.append(FeedbackItem(card.uuid, outcome, "2026-01-02T12:00:05Z", reason=told))
    moment = call.received_at + timedelta(minutes=chance.randrange(600))
    changes: dict[str, Any] = {"caller": call.caller, "received_at": moment}
    for _ in range(chance.choice((1, 1, 2))):  # some clients say everything twice
        sample.report(journal, *items, id=str(UUID(int=chance.getrandbits(128), version=4)), **changes)


def silent_call(journal: Journal, now: datetime) -> None:
    """Record an answer whose card was kept back."""
    journal.record(_firing(now, "silent"))


def stop_firing(journal: Journal, now: datetime) -> None:
    """Record five days on which a rule fires for all, and one on which it does for nobody."""
    for day in range(6):
        for _ in range(4):
            call = _firing(now - timedelta(days=5 - day), "live")
            journal.record(call if day < 5 else replace(call, summary=Summary(tier="high"), cards=()))


def _firing(moment: datetime, mode: str) -> Entry:
    spoken = (Spoken(RULES[0], "applies"),)
    return sample.entry(
        received_at=moment,
        payload=None,
        caller=Caller(mode=mode),
        sent=mode != "silent",
        summary=Summary(tier="high", considerations=RULES[:1]),
        cards=(CardShown(str(uuid4()), "surveillance", "info", spoken),),
    )
