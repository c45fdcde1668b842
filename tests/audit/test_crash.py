"""Workers that are killed under load: no answer without its row, and no row that nothing explains."""

import json
from pathlib import Path

from bench.charts import patient_view
from bench.servers import running_service
from soak import _crash, _replays


def test_killed_workers_leave_no_answer_without_its_row(tmp_path: Path) -> None:
    with running_service(2, tmp_path) as running:
        request = json.loads(patient_view(running.templates, 20))
        seen = _crash.run([running], request, _crash.Load(seconds=11.5, every=4.5, clients=4))
    outcome = _crash.judge(seen, f"sqlite:///{tmp_path}/journal.sqlite3", tmp_path, tmp_path / "bench.key")
    assert outcome.holds, outcome
    assert outcome.kills >= 1
    assert outcome.answers > 20


def test_spoilt_charts_under_three_versions_of_the_knowledge_replay_byte_for_byte(tmp_path: Path) -> None:
    done = _replays.run(tmp_path, charts=60)
    assert done.otherwise == []
    assert (done.versions, done.made) == (3, 60)
    assert done.cards > 10
