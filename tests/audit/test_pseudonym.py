"""Keys and pseudonyms."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cds_hooks.audit.pseudonym import pseudonym, read_key, read_or_create_key
from cds_hooks.errors import SettingsBroken

KEY = b"k" * 32


def test_a_pseudonym_is_the_hmac_of_kind_and_identifier() -> None:
    # by hand: printf 'patient\0p1' | openssl dgst -sha256 -hmac kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk
    assert pseudonym(KEY, "patient", "p1") == "7a3e0bd1a545ef4a0d6dfed17c1d8321b0d89996bfb719cc6524f8dc2c6c2d47"


def test_another_key_or_another_kind_makes_another_pseudonym() -> None:
    assert (
        len({pseudonym(KEY, "patient", "p1"), pseudonym(KEY, "user", "p1"), pseudonym(b"l" * 32, "patient", "p1")}) == 3
    )


def test_a_new_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "pseudonym.key"
    key = read_or_create_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(key) >= 32
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_key_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "pseudonym.key"
    assert read_or_create_key(path) == read_or_create_key(path) == read_key(path)


def test_two_new_keys_differ(tmp_path: Path) -> None:
    assert read_or_create_key(tmp_path / "a") != read_or_create_key(tmp_path / "b")


def test_those_who_start_at_once_read_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read_or_create_key(tmp_path / "key"), range(16)))
    assert len(keys) == 1


def test_a_missing_key_is_an_error_for_the_reader(tmp_path: Path) -> None:
    with pytest.raises(SettingsBroken, match="cannot be read"):
        read_key(tmp_path / "key")


def test_a_short_key_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short \n")
    with pytest.raises(SettingsBroken, match="has 5 bytes"):
        read_or_create_key(tmp_path / "key")


def test_a_key_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsBroken, match="cannot be written"):
        read_or_create_key(tmp_path / "nowhere" / "key")
