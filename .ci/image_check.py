"""Builds the container image for real and asks it a question: `make image-check`, as root on Debian.

Needs the Debian packages buildah and debootstrap. The base image is a bare Debian 12 made by debootstrap, the wheels
are fetched beforehand by their hashes, so the image itself is built without a network. Everything is kept under
build/image; the base and the wheels are used again the next time.
"""

import json
import os
import platform
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

from tests.support import ehr

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "image"
BASE = "localhost/recurrence-cds-base"
IMAGE = "localhost/recurrence-cds"
UID = 10001
STORY = ROOT / "fixtures" / "patients" / "triple_negative_with_four_positive_nodes" / "bundle.json"
COMPILERS = ("cc", "gcc", "g++", "clang", "make", "rustc", "go")

# In a mount namespace of its own: a read-only root, a writable /data and /tmp, the key as a secret, nothing else.
IN_READ_ONLY_ROOT = """
set -eu
root=$1; data=$2; secrets=$3; uid=$4; shift 4
mount --bind "$root" "$root"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$data" "$root/data"
mkdir -p "$root/run/secrets"
mount --bind -o ro "$secrets" "$root/run/secrets"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root"
exec chroot "$root" setpriv --reuid="$uid" --regid="$uid" --clear-groups --no-new-privs \
  --inh-caps=-all --ambient-caps=-all --bounding-set=-all "$@"
"""


def say(text: str) -> None:
    """One line of progress."""
    print(f"image-check: {text}", flush=True)


def run(*command: str | Path, **options: Any) -> str:
    """The standard output of a command that must succeed."""
    words = [str(part) for part in command]
    return str(subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE, **options).stdout)


def buildah(*arguments: str | Path) -> str:
    """Buildah in a storage of its own, without a container engine or user namespaces."""
    environment = {**os.environ, "BUILDAH_ISOLATION": "chroot"}
    own = ("--root", WORK / "storage", "--runroot", WORK / "run", "--storage-driver", "vfs")
    return run("buildah", *own, *arguments, env=environment, cwd=WORK).strip()


def check(holds: bool, claim: str) -> None:
    """Say a claim that holds; stop on one that does not."""
    if not holds:
        sys.exit(f"image-check: FAILED: {claim}")
    say(f"ok: {claim}")


def need_tools() -> None:
    """Stop with one line if this machine cannot do it."""
    missing = [tool for tool in ("buildah", "debootstrap") if shutil.which(tool) is None]
    if missing:
        sys.exit(f"image-check: these Debian packages are not installed: {' '.join(missing)}")
    if os.geteuid() != 0:
        sys.exit("image-check: debootstrap and a read-only root need root")


def make_base() -> None:
    """A bare Debian 12 with Python as a base image."""
    if BASE in buildah("images", "--format", "{{.Name}}").splitlines():
        return
    say("making the base image with debootstrap")
    system = WORK / "base"
    shutil.rmtree(system, ignore_errors=True)
    packages = "python3,python3-venv,ca-certificates"
    run("debootstrap", "--variant=minbase", f"--include={packages}", "bookworm", system)
    container = buildah("from", "scratch")
    buildah("copy", "--quiet", container, system, "/")
    buildah("commit", "--quiet", "--rm", container, BASE)
    shutil.rmtree(system)


def fetch_wheels() -> Path:
    """The wheels of both locks for Debian's Python 3.11, checked by hash."""
    wheels = WORK / "wheels"
    machine = platform.machine()
    tags = ["manylinux2014", *(f"manylinux_2_{minor}" for minor in range(17, 37))]
    platforms = [argument for tag in tags for argument in ("--platform", f"{tag}_{machine}")]
    python = ["--python-version", "3.11", "--implementation", "cp", "--only-binary", ":all:", *platforms]
    for lock in ("requirements.lock", "requirements-build.lock"):
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        run(*pip, "--require-hashes", *python, "-d", wheels, "-r", ROOT / lock)
    return wheels


def make_context(wheels: Path, context: Path) -> None:
    """The files of the checkout that git knows or would take, and the wheels beside them."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (context / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, context / name)
    shutil.copytree(wheels, context / "wheels")


def build_image() -> None:
    """The image by its Dockerfile, without a network."""
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        make_context(fetch_wheels(), Path(folder))
        say("building the image")
        arguments = [f"--build-arg=BASE={BASE}", "--build-arg=PIP_NO_INDEX=1"]
        buildah("build", "--quiet", "--format", "docker", "--network", "none", *arguments, "--tag", IMAGE, folder)
    buildah("rmi", "--prune")


def check_shape(config: dict[str, Any]) -> None:
    """What the image says of itself."""
    check(config["User"] == f"{UID}:{UID}", f"the image's user is {UID}")
    check("Healthcheck" in config, "it has a health check")
    check(list(config["Volumes"]) == ["/data"], "its one volume is /data")
    check(config["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0", "it is labelled")


def check_content(root: Path) -> None:
    """What the image's file system holds."""
    folders = (root / name for name in ("bin", "usr/bin", "usr/local/bin"))
    check(not any((folder / name).exists() for folder in folders for name in COMPILERS), "it has no compiler")
    check(not (root / "src").exists() and not (root / "build").exists(), "nothing of the build stage is left")


@contextmanager
def running(
    root: Path, command: Sequence[str], environment: dict[str, str], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """The command in the image's file system, read-only, as the image's user, with no capability and none to be had."""
    data, secrets = folder / "data", folder / "secrets"
    data.mkdir()
    secrets.mkdir()
    (secrets / "recurrence-cds.key").write_text(token_hex(32))
    os.chown(data, UID, UID)
    start = ["unshare", "--mount", "--propagation", "private", "sh", "-c", IN_READ_ONLY_ROOT, "sh"]
    process = subprocess.Popen([*start, str(root), str(data), str(secrets), str(UID), *command], env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def ask(address: str, body: dict[str, Any] | None = None) -> Any:
    """The JSON answer of the service, or None while it does not answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})  # noqa: S310 (loopback)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)
    except OSError:
        return None


def check_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    """Discovery and one hook answer over HTTP."""
    services = f"http://127.0.0.1:{port}/cds-services"
    deadline = time.monotonic() + 60
    while (announced := ask(services)) is None and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.2)
    check(announced is not None, "it serves as that user on a read-only root, and announces its services")
    (service,) = announced["services"]
    resources = ehr.resources_of(json.loads(STORY.read_bytes()))
    patient = ehr.patient_id_of(resources)
    prefetch = ehr.fill_prefetch(service["prefetch"], resources, patient)
    answer = ask(f"{services}/{service['id']}", ehr.patient_view(patient, prefetch))
    check(bool(answer and answer["cards"]), f"it answers a chart: {answer and answer['cards'][0]['summary']!r}")


def check_privileges(process: subprocess.Popen[bytes]) -> None:
    """What the kernel grants the running service."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    status = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    check(set(status["Uid"] + status["Gid"]) == {str(UID)}, f"it runs as {UID} and cannot become anybody else")
    held = [name for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(status[name][0], 16)]
    check(not held and status["NoNewPrivs"] == ["1"], "it holds no capability and can get none")


def check_run(root: Path, config: dict[str, Any]) -> None:
    """The image's own command and health check, in its own file system."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = dict(pair.split("=", 1) for pair in config["Env"])
    environment |= {"RECURRENCE_CDS_PORT": str(port), "RECURRENCE_CDS_REQUIRE_APPROVAL": "false"}
    # whoever is on this computer may ask; nobody else is listened to
    environment |= {"RECURRENCE_CDS_PROFILE": "demo", "RECURRENCE_CDS_HOST": "127.0.0.1"}
    del environment["RECURRENCE_CDS_CLIENTS_FILE"]
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        with running(root, [*config["Entrypoint"], *config["Cmd"]], environment, Path(folder)) as process:
            check_answers(port, process)
            check_privileges(process)
            inside = ["nsenter", "--target", str(process.pid), "--mount", "--root", "--wd"]
            as_user = [*inside, "setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"]
            healthy = subprocess.run([*as_user, *config["Healthcheck"]["Test"][1:]], env=environment, check=False)
            check(healthy.returncode == 0, "its health check passes")
            write = subprocess.run([*inside, "touch", "/opt/written"], stderr=subprocess.PIPE, text=True, check=False)
            check("Read-only file system" in write.stderr, "nothing but /data and /tmp can be written, even by root")
        files = list(Path(folder, "data").glob("*.sqlite3"))
        check(len(files) == 1, "the journal is in /data")
        with sqlite3.connect(files[0]) as journal:
            rows = journal.execute("select count(*) from entry where kind = 'hook'").fetchone()[0]
        check(rows == 1, "the answer is in the journal")


def main() -> None:
    """Build, look, run, ask."""
    need_tools()
    WORK.mkdir(parents=True, exist_ok=True)
    make_base()
    build_image()
    container = buildah("from", "--pull-never", IMAGE)
    try:
        root = Path(buildah("mount", container))
        config = json.loads(buildah("inspect", "--type", "image", IMAGE))["Docker"]["config"]
        check_shape(config)
        check_content(root)
        check_run(root, config)
    finally:
        buildah("rm", container)
    say("the image builds, serves and answers")


if __name__ == "__main__":
    main()
