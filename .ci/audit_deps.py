"""What is in the supply chain, and what is known against it: `make audit-deps`.

Three parts, each of which can fail: known vulnerabilities of every locked package (pip-audit; it asks PyPI, so it needs
the network, and a package that could not be looked up is a failure and never a pass); insecure Python in the service
(bandit, with the findings that were looked at and accepted listed below); and the bill of materials of what runs
(CycloneDX, build/sbom.json), which has to hold every package of the lock. With --offline the first part is left out,
and said to be.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SBOM = ROOT / "build" / "sbom.json"
LOCKS = sorted(ROOT.glob("requirements*.lock"))
# (bandit's test, files) -> why it is no weakness there
ACCEPTED = {
    ("B101", "cds_hooks/web/jwks.py"): "tells the type checker what was made sure of; nothing is decided by it",
    ("B101", "cds_hooks/web/keys.py"): "tells the type checker what the registry has; nothing is decided by it",
    ("B105", "cds_hooks/settings.py"): "what a setting is for, in words",
    ("B105", "cds_hooks/web/tokens.py"): "a word of ours for a call without a token",
    ("B113", "cds_hooks/outbound/caller.py"): "every piece of work has a deadline of its own, which ends its calls",
    ("B311", "cds_hooks/cohort/synth/*"): "made-up people are drawn from a seed; no secret hangs on it",
    ("B404", "cds_hooks/impact/versions.py"): "git is called to compare two states of the knowledge",
    ("B603", "cds_hooks/impact/versions.py"): "its arguments are a list, without a shell",
    ("B607", "cds_hooks/impact/versions.py"): "git is the one on the path of whoever types the command",
    ("B608", "cds_hooks/cohort/results.py"): "the names in the statements are our own constants",
}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """A tool of this environment, whatever it finds."""
    words = [str(BIN / command[0]), *map(str, command[1:])]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


def vulnerabilities(lock: Path) -> Iterator[str]:
    """What is known against the packages of a lock, and those that could not be looked up."""
    done = run("pip-audit", "-r", lock, "--require-hashes", "--disable-pip", "--progress-spinner", "off", "-f", "json")
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except ValueError:
        yield f"{lock.name}: {done.stderr.strip().splitlines()[-1]}"
        return
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if skipped:
        yield f"{lock.name}: {len(skipped)} of {len(packages)} packages could not be looked up (no network to PyPI?)"
    for package in packages:
        for known in package.get("vulns", ()):
            mended = ", ".join(known["fix_versions"]) or "no version"
            yield f"{lock.name}: {package['name']} {package['version']}: {known['id']}, mended in {mended}"


def weaknesses() -> Iterator[str]:
    """Findings in the service's code that nobody accepted, and acceptances that nothing needs any more."""
    found = json.loads(run("bandit", "-q", "-r", "cds_hooks", "-f", "json").stdout)
    unused = set(ACCEPTED)
    for one in found["results"]:
        accepted = [(test, files) for test, files in ACCEPTED if _is(one, test, files)]
        unused.difference_update(accepted)
        if not accepted:
            yield f"{one['filename']}:{one['line_number']}: {one['test_id']} {one['issue_text']}"
    yield from (f"{test} in {files} is accepted, but there is none" for test, files in sorted(unused))
    yield from (f"{one['filename']}: {one['reason']}" for one in found["errors"])


def _is(found: dict[str, Any], test: str, files: str) -> bool:
    return found["test_id"] == test and fnmatch(found["filename"], files)


def bill_of_materials() -> Iterator[str]:
    """Write it; what it lacks of the lock of what runs."""
    SBOM.parent.mkdir(exist_ok=True)
    own = (
        "requirements",
        "requirements.lock",
        "--pyproject",
        "pyproject.toml",
        "--output-reproducible",
        "--of",
        "JSON",
    )
    done = run("cyclonedx-py", *own, "-o", SBOM)
    if done.returncode:
        yield done.stderr.strip()
        return
    listed = {f"{one['name']}=={one['version']}" for one in json.loads(SBOM.read_text())["components"]}
    locked = set(re.findall(r"^[A-Za-z0-9._-]+==[^\s;]+", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    yield from (f"{package} is locked, but not in the bill of materials" for package in sorted(locked - listed))
    print(f"audit-deps: {len(listed)} packages in {SBOM.relative_to(ROOT)}")


def main() -> None:
    """All parts; the exit code is 1 if any of them found something."""
    problems = [*weaknesses(), *bill_of_materials()]
    if "--offline" in sys.argv[1:]:
        print("audit-deps: known vulnerabilities were NOT looked up (--offline)")
    else:
        problems += [problem for lock in LOCKS for problem in vulnerabilities(lock)]
    for problem in problems:
        print(f"audit-deps: {problem}")
    if problems:
        sys.exit(1)
    print(f"audit-deps: nothing found; {len(ACCEPTED)} findings of bandit are accepted, with reasons")


if __name__ == "__main__":
    main()
