"""What the manifests name is there: settings, paths, ports, secrets, metrics, and the limits on the container."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from cds_hooks.settings import PREFIX, Settings
from cds_hooks.web.metrics import Metrics
from tests.support.replicas import on_loopback

DEPLOY = Path(__file__).parents[2] / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
SETTINGS = {PREFIX + field.name.upper() for field in fields(Settings)} | {f"{PREFIX}DATABASE_URL_FILE"}
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def manifest(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "kubernetes" / f"{name}.yaml").read_text()))


def pods() -> Iterator[dict[str, Any]]:
    for name in ("deployment", "migrate"):
        yield manifest(name)["spec"]["template"]["spec"]


def test_every_setting_that_is_named_exists() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    named = {word for path in files for word in re.findall(rf"{PREFIX}[A-Z_]+", path.read_text())}
    assert len(named) > 5
    assert named <= SETTINGS


def test_kustomize_gathers_every_manifest() -> None:
    kustomization = manifest("kustomization")
    others = {"kustomization.yaml", "clients.yaml"}
    assert set(kustomization["resources"]) == {path.name for path in KUBERNETES} - others
    assert kustomization["configMapGenerator"][0]["files"] == ["clients.yaml"]


def test_containers_run_without_rights_on_a_root_that_cannot_be_written() -> None:
    for pod in pods():
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsUser"] == 10001
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"] == {
            "readOnlyRootFilesystem": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }


@pytest.mark.parametrize("service", ["cds-1", "cds-2", "migrate"])
def test_composed_containers_run_without_rights_on_a_root_that_cannot_be_written(service: str) -> None:
    container = COMPOSE["services"][service]
    assert (container["read_only"], container["cap_drop"]) == (True, ["ALL"])
    assert container["security_opt"] == ["no-new-privileges:true"]


def test_what_is_mounted_is_defined_and_what_is_read_is_mounted() -> None:
    for pod in pods():
        (container,) = pod["containers"]
        mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert set(mounted) == {volume["name"] for volume in pod["volumes"]}
        for variable in container["env"]:
            if variable["name"].endswith("_FILE"):
                assert any(variable["value"].startswith(f"{path}/") for path in mounted.values()), variable


def test_composed_secrets_are_defined_and_used() -> None:
    services = COMPOSE["services"].values()
    used = {one if isinstance(one, str) else one["source"] for each in services for one in each.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])


def test_probes_ask_what_the_service_answers() -> None:
    (pod, _) = pods()
    (container,) = pod["containers"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert manifest("deployment")["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_every_metric_that_is_drawn_or_alarms_is_counted() -> None:
    counted = {metric.name for metric in Metrics([], [], []).registry.collect()}
    dashboard = json.loads((DEPLOY / "grafana" / "dashboards" / "recurrence-cds.json").read_text())
    drawn = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    alarms = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
    asked = re.findall(r"recurrence_cds_\w+", " ".join([*drawn, *(rule["expr"] for rule in alarms)]))
    assert {re.sub(r"_(total|bucket)$", "", name) for name in asked} <= counted


def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    shipped = (DEPLOY / "nginx" / "recurrence-cds.conf").read_text()
    servers = "server 127.0.0.1:1; server 127.0.0.1:2;"
    inside = on_loopback(shipped, servers, 8080)
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid; events {{}} http {{ access_log off; {inside} }}")
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    command = [nginx, "-t", "-q", "-c", f"{tmp_path}/nginx.conf", "-e", f"{tmp_path}/errors"]
    assert subprocess.run(command, check=False).returncode == 0, (tmp_path / "errors").read_text()


def test_the_registry_for_kubernetes_is_the_example() -> None:
    shipped = (DEPLOY / "kubernetes" / "clients.yaml").read_text()
    assert shipped == (DEPLOY.parent / "examples" / "clients.yaml").read_text()


def test_what_the_image_copies_reaches_its_build() -> None:
    root = DEPLOY.parent
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", (root / "Dockerfile").read_text(), re.MULTILINE)
    let_through = {line[1:] for line in (root / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    names = {name for line in copied for name in line.split() if not name.endswith((".lock", "]"))}
    assert names >= {"cds_hooks", "cards", "fixtures"}
    assert names <= let_through
