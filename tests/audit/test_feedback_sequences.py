"""Whatever order calls and feedback come in, nothing is lost, nothing counts twice, and what belongs together joins."""

from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_hooks.audit.entry import Caller, CardShown
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.reading import Unopened, decisions, quarantined
from cds_hooks.audit.verify import verify
from tests.audit.sample import NOON, RING, entry, item, report, select

TENANTS, CARDS = ("a", "b"), [str(UUID(int=number)) for number in range(4)]
STEPS = st.one_of(
    st.tuples(st.just("call"), st.sampled_from(TENANTS), st.lists(st.sampled_from(CARDS), unique=True, max_size=2)),
    st.tuples(
        st.just("report"),
        st.sampled_from(TENANTS),
        st.lists(st.tuples(st.sampled_from(CARDS), st.sampled_from(("", "seen"))), max_size=3),
    ),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=8))
def test_any_sequence_of_calls_and_feedback_is_kept_and_joined(
    tmp_path: Path, steps: list[tuple[str, str, list[Any]]]
) -> None:
    file = tmp_path / f"{len(list(tmp_path.iterdir()))}"
    journal = Journal(f"sqlite:///{file}", RING)
    owner: dict[str, str] = {}
    said: list[tuple[str, str, str]] = []
    for what, tenant, given_ in steps:
        if what == "call":
            new = [card for card in given_ if card not in owner]
            owner.update(dict.fromkeys(new, tenant))
            journal.record(entry(caller=Caller(tenant), cards=tuple(CardShown(card, "tier") for card in new)))
        else:
            said += [(tenant, card, comment) for card, comment in given_]
            report(journal, *(item(card=card, comment=c or None) for card, c in given_), caller=Caller(tenant))
    check(journal, file, owner, said)
    journal.close()


def check(journal: Journal, file: Path, owner: dict[str, str], said: list[tuple[str, str, str]]) -> None:
    kept = select(file, "select tenant, card_uuid, commented from reported")
    assert Counter(kept) == Counter((tenant, card, int(bool(comment))) for tenant, card, comment in said)
    once = set(said)
    joined = [one for stored in decisions(journal) if not isinstance(stored, Unopened) for one in stored.feedback]
    assert len(joined) == sum(owner.get(card) == tenant for tenant, card, _ in once)
    day = NOON.date()
    alone = [row for tenant in TENANTS for row in quarantined(journal, Window(tenant, day, day), len(said) + 1)]
    assert len(joined) + len(alone) == len(once)
    assert verify(journal, file.with_name("none")).findings == []
