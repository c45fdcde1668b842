"""Thousands of decisions under three versions of the knowledge, each made again from its row."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from cds_hooks.app import create_app
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import Keyring
from cds_hooks.audit.reading import Unopened, decisions
from cds_hooks.audit.replay import replay
from cds_hooks.audit.snapshots import Snapshots
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import knowledge_of, load_knowledge
from cds_hooks.settings import Profile, Settings
from cds_hooks.web import logs
from soak._charts import requests

RING = Keyring.of(b"a key that only this proof uses.")
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@dataclass
class Replays:
    """How many decisions were made, under how many versions, with how many cards; and what came out otherwise."""

    made: int = 0
    versions: int = 0
    cards: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    otherwise: list[str] = field(default_factory=list)


def versions() -> tuple[Knowledge, ...]:
    """The knowledge that ships, one with other words, and one with another threshold."""
    shipped = load_knowledge()
    words, cuts = dict(shipped.files), dict(shipped.files)
    words["wording.yaml"] = words["wording.yaml"].replace(b"tier.high: high\n", b"tier.high: high (other words)\n")
    cuts["tiers.yaml"] = cuts["tiers.yaml"].replace(b"at_least: 4", b"at_least: 3", 1)
    return shipped, knowledge_of(words), knowledge_of(cuts)


def run(folder: Path, charts: int) -> Replays:
    """At least so many charts in all, dealt out over the versions; then every decision is made again."""
    done = Replays()
    with closing(Journal(f"sqlite:///{folder}/replays.sqlite3", RING)) as journal:
        for knowledge in (found := versions()):
            _ask(journal, knowledge, charts // len(found), done)
        done.versions = len({one.fingerprint for one in found})
        kept = Snapshots(journal)
        for stored in decisions(journal):
            if isinstance(stored, Unopened) or stored.response is None:
                done.otherwise.append(f"{stored.row['id']} cannot be made again")
                continue
            again = replay(stored, kept.get(stored.row["knowledge"]))
            done.made += 1
            done.cards += stored.row["cards"]
            done.otherwise += [] if again.same else ["\n".join((again.id, *again.difference))]
    return done


def _ask(journal: Journal, knowledge: Knowledge, charts: int, done: Replays) -> None:
    settings = Settings(profile=Profile.DEMO, require_approval=False)
    app = create_app(settings, knowledge, journal, lambda: NOW, log=logs.logger(StringIO()))
    client = app.test_client()
    templates = {key.name: key.template for key in knowledge.service.prefetch}
    for body, _ in zip(_bodies(templates), range(charts), strict=False):
        answer = client.post(f"/cds-services/{knowledge.service.id}", data=body, content_type="application/json")
        done.statuses[answer.status_code] += 1


def _bodies(templates: dict[str, str]) -> Iterator[bytes]:
    seed = 0
    while True:
        yield from (json.dumps(request).encode() for request in requests(templates, seed))
        seed += 1
