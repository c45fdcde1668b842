"""The ring of keys: files, rotation, one key per purpose, pseudonyms."""

import hashlib
import hmac
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cds_hooks.audit.keyring import Keyring, read_keyring, read_or_create_keyring
from cds_hooks.errors import SettingsBroken

OLD, NEW = b"o" * 32, b"n" * 32


def hkdf(secret: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 with 32 bytes out, as RFC 5869 section 2 has it: extract, then the first block of expand."""
    extracted = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def test_each_purpose_has_a_key_of_its_own() -> None:
    ring = Keyring({"k1": OLD})
    assert ring.derived("k1", "wrap") == hkdf(OLD, b"recurrence-cds wrap")
    assert len({ring.derived("k1", "wrap"), ring.derived("k1", "chain"), OLD}) == 3


def test_a_pseudonym_is_the_hmac_of_tenant_kind_and_identifier() -> None:
    key = hkdf(OLD, b"recurrence-cds pseudonym")
    expected = hmac.new(key, b"default\0patient\0p1", hashlib.sha256).hexdigest()
    assert Keyring({"k1": OLD}).pseudonym("default", "patient", "p1") == expected


def test_another_key_tenant_or_kind_makes_another_pseudonym() -> None:
    ring, other = Keyring({"k1": OLD}), Keyring({"k1": NEW})
    asked = [(ring, "a", "patient"), (ring, "b", "patient"), (ring, "a", "user"), (other, "a", "patient")]
    assert len({keys.pseudonym(tenant, kind, "p1") for keys, tenant, kind in asked}) == 4


def test_rotation_keeps_pseudonyms_and_the_chain_and_seals_with_the_new_key() -> None:
    before, after = Keyring({"k1": OLD}), Keyring({"k2": NEW, "k1": OLD})
    assert after.current == "k2"
    assert after.chain_key == before.chain_key
    assert after.pseudonym("t", "patient", "p1") == before.pseudonym("t", "patient", "p1")


def test_a_file_names_the_current_key_first(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"k2:{NEW.hex()}\n\nk1:{OLD.hex()}\n")
    assert dict(read_keyring(tmp_path / "keys").secrets) == {"k2": NEW, "k1": OLD}


def test_one_line_without_an_id_is_one_key(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"{OLD.hex()}\n")
    assert list(read_keyring(tmp_path / "keys").secrets.values()) == [OLD.hex().encode()]


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "no key"), ("short \n", "has 5 bytes"), ("k1:abcd", "has 2 bytes"), ("k1:zz\nk2:ab", "line 1"),
     (f"k1:{OLD.hex()}\nk1:{NEW.hex()}", "line 2"), (f"{OLD.hex()}\n{NEW.hex()}", "line 1"), ("k1:abc", "line 1")],
)  # fmt: skip
def test_a_file_that_is_no_ring_is_an_error_that_shows_no_key(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "keys").write_text(text)
    with pytest.raises(SettingsBroken, match=says) as caught:
        read_keyring(tmp_path / "keys")
    assert OLD.hex() not in str(caught.value)


def test_a_ring_shows_no_secret() -> None:
    assert "oooo" not in repr(Keyring({"k1": OLD}))


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    ring = read_or_create_keyring(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [len(secret) for secret in ring.secrets.values()] == [32]
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    assert read_or_create_keyring(path) == read_or_create_keyring(path) == read_keyring(path)


def test_two_new_files_differ(tmp_path: Path) -> None:
    assert read_or_create_keyring(tmp_path / "a") != read_or_create_keyring(tmp_path / "b")


def test_those_who_start_at_once_read_the_same_ring(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: read_or_create_keyring(tmp_path / "keys"), range(16)))
    assert all(ring == rings[0] for ring in rings)


def test_a_missing_file_is_an_error_for_the_reader(tmp_path: Path) -> None:
    with pytest.raises(SettingsBroken, match="cannot be read"):
        read_keyring(tmp_path / "keys")


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsBroken, match="cannot be written"):
        read_or_create_keyring(tmp_path / "nowhere" / "keys")
