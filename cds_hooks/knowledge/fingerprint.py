"""The fingerprint of a knowledge folder: two answers with the same one rest on the same knowledge, byte for byte."""

import hashlib
from collections.abc import Mapping

GENERATED = (".schema.json", "README.md")


def fingerprint(files: Mapping[str, bytes]) -> str:
    """Over all files by relative path, without those generated from the others; "sha256:" and 64 hex digits."""
    digest = hashlib.sha256()
    for path, content in fingerprinted(files).items():
        # lengths keep a byte from moving between a name and a content
        digest.update(f"{len(path.encode())}:{path}{len(content)}:".encode())
        digest.update(content)
    return f"sha256:{digest.hexdigest()}"


def fingerprinted(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that count, in the order in which they do: what a copy needs to make the same answers."""
    return {path: files[path] for path in sorted(files) if not path.endswith(GENERATED)}
