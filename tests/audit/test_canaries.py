"""What a client sends reaches the disk in the sealed part alone."""

import json
from pathlib import Path
from typing import Any

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.notary import Notary
from cds_hooks.audit.reading import unsealed
from tests.web.desk import NOW, SERVICE, Desk, opened, with_cards, without_cards
from tests.web.test_logs import CANARY, canaries

USER, PATIENT = f"Practitioner/{CANARY}", f"{CANARY}-patient"


def about(request: dict[str, Any]) -> dict[str, Any]:
    """The request with a canary for each person, place and identifier, and in every text of the chart."""
    text = json.dumps(request).replace(request["context"]["patientId"], PATIENT)
    changed: dict[str, Any] = json.loads(text)
    context = {"userId": USER, "patientId": PATIENT, "encounterId": f"{CANARY}-encounter"}
    return {**changed, "hookInstance": CANARY, "fhirServer": f"https://{CANARY}.example.org", "context": context}


def everything(desk: Desk) -> None:
    """Good calls and bad ones, feedback good and bad, each full of canaries."""
    (card, *_) = desk.post(about(with_cards())).get_json()["cards"]
    desk.post({**about(with_cards()), "prefetch": canaries(about(with_cards())["prefetch"])})
    desk.post(about(without_cards()), f"/cds-services/{CANARY}")
    desk.post(f'{{"{CANARY}":1'.encode())
    reason = {"reason": {"code": CANARY, "system": CANARY, "display": CANARY}, "userComment": CANARY}
    for uuid in (card["uuid"], CANARY):
        said = {
            "card": uuid,
            "outcome": "overridden",
            "overrideReason": reason,
            "outcomeTimestamp": "2026-03-01T23:31:00Z",
        }
        desk.post({"feedback": [said, {**said, "outcome": CANARY}]}, f"{SERVICE}/feedback")


def test_a_canary_is_found_nowhere_but_in_the_sealed_part(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        notary = Notary(desk.journal, tmp_path / "checkpoints", lambda: NOW)
        everything(desk)
        notary.close()
        rows = [*desk.calls(), *desk.calls(Kind.FEEDBACK)]
        sealed = [unsealed(desk.journal, row) for row in rows]
        on_disk = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        logged = desk.log.getvalue()
    assert len(rows) >= 6
    assert sum(CANARY in str(one) for one in sealed) >= 4
    assert [name for name, content in on_disk.items() if CANARY.encode() in content] == []
    assert CANARY not in logged
