"""The fingerprint changes with every byte that matters and with nothing else."""

import pytest

from cds_hooks.knowledge.fingerprint import fingerprint

FILES = {"a.yaml": b"one", "codelists/b.csv": b"two"}


def test_equal_files_have_an_equal_fingerprint_in_any_order() -> None:
    assert fingerprint(FILES) == fingerprint(dict(reversed(FILES.items())))
    assert fingerprint(FILES).removeprefix("sha256:").isalnum()
    assert len(fingerprint(FILES)) == len("sha256:") + 64


@pytest.mark.parametrize(
    "other",
    [
        {**FILES, "a.yaml": b"One"},
        {"a.yaml": b"one"},
        {**FILES, "c.yaml": b""},
        {"a.yam": b"lone", "codelists/b.csv": b"two"},
        {"a.yaml": b"two", "codelists/b.csv": b"one"},
    ],
)
def test_any_other_content_has_another_fingerprint(other: dict[str, bytes]) -> None:
    assert fingerprint(other) != fingerprint(FILES)


def test_generated_files_do_not_count() -> None:
    assert fingerprint({**FILES, "a.schema.json": b"{}", "README.md": b"#"}) == fingerprint(FILES)
