"""A rolling deployment: replicas behind nginx are replaced one by one by replicas with other knowledge, under load."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import read_keyring, read_or_create_keyring
from cds_hooks.audit.reading import rows
from cds_hooks.knowledge.load import default_folder, load_knowledge
from tests.support import ehr
from tests.support.replicas import Load, Proxy, Replica, Replicas, replicas

ROOT = Path(__file__).parents[2]
NGINX = ROOT / "deploy" / "nginx" / "recurrence-cds.conf"
STORY = ROOT / "fixtures" / "patients" / "triple_negative_with_four_positive_nodes" / "bundle.json"


@dataclass(frozen=True)
class Rolled:
    """What the clients saw, what the journal holds, and what `verify` and `replay` say of it. `statuses` has 0 for a
    connection that broke; `knowledge` counts the answers by the version that gave them.
    """

    statuses: Mapping[int, int]
    slowest: float
    journaled: frozenset[str]
    called: frozenset[str]
    knowledge: Mapping[str, int]
    exit_codes: tuple[int, ...]
    proved: tuple[int, int]


def roll(folder: Path, database_url: str, *, count: int, calls: int, clients: int) -> Rolled:
    """Start `count` replicas, replace each while clients call, at least `calls` times before, between and after."""
    key = folder / "key"
    read_or_create_keyring(key)
    settings = {
        "RECURRENCE_CDS_PROFILE": "demo",
        "RECURRENCE_CDS_DATABASE_URL": database_url,
        "RECURRENCE_CDS_PSEUDONYM_KEY_FILE": str(key),
        "RECURRENCE_CDS_MAX_IN_PROGRESS": "64",  # overload is another question
    }
    proxy = Proxy(folder, NGINX)
    with closing(proxy), replicas(folder, settings) as started:
        serving = [started.start() for _ in range(count)]
        _ready(serving)
        proxy.point_at(serving)
        with Load(proxy.port, *_call(), clients=clients) as load:
            load.wait_for(calls)
            exits = []
            for number in range(count):
                exits.append(_replace(number, serving, started, proxy))
                load.wait_for(calls)
        exits += [replica.stop() for replica in serving]
    commands = tuple(_run(command, settings) for command in ("verify", "replay"))
    with closing(Journal(database_url, read_keyring(key))) as journal:
        kept = rows(journal)
    return Rolled(
        statuses=Counter(call.status for call in load.seen),
        slowest=max(call.seconds for call in load.seen),
        journaled=frozenset(row["hook_instance"] for row in kept if row["status"] == 200),
        called=frozenset(call.hook_instance for call in load.seen),
        knowledge=Counter(row["knowledge"] for row in kept),
        exit_codes=tuple(exits),
        proved=(commands[0], commands[1]),
    )


def _replace(number: int, serving: list[Replica], started: Replicas, proxy: Proxy) -> int:
    """One replica by one with changed knowledge: the exit code of the old one."""
    new = started.start(cards=str(_changed(started.folder)))
    _ready([new])
    old, serving[number] = serving[number], new
    proxy.point_at(serving)
    return old.stop()


def _ready(those: list[Replica]) -> None:
    for replica in those:
        replica.wait_until_ready()


def _changed(folder: Path) -> Path:
    """The knowledge that ships, in a version that differs by a comment: another fingerprint, the same answers."""
    changed = folder / "cards"
    if not changed.is_dir():
        shutil.copytree(default_folder(), changed)
        with (changed / "services.yaml").open("a") as file:
            file.write("\n# a new version\n")
    return changed


def _call() -> tuple[str, bytes]:
    """The address and the body of a call; every call has a hookInstance of its own."""
    service = load_knowledge().service
    resources = ehr.resources_of(json.loads(STORY.read_bytes()))
    patient_id = ehr.patient_id_of(resources)
    templates = {key.name: key.template for key in service.prefetch}
    request = ehr.patient_view(patient_id, ehr.fill_prefetch(templates, resources, patient_id), "Practitioner/1")
    body = json.dumps({**request, "hookInstance": "HOOK-INSTANCE"}).encode()
    return f"/cds-services/{service.id}", body


def _run(command: str, settings: Mapping[str, str]) -> int:
    """The exit code of a subcommand on this journal."""
    called = [sys.executable, "-m", "cds_hooks", command]
    return subprocess.run(called, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, check=False).returncode
