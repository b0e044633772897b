"""Sealing and the key file."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from storage.sealing import FORMAT, KeyFault, KeyFileThere, Keys, SealFault, seal, unseal

KEY = AESGCM(bytes(range(32)))


def test_the_cipher_is_aes_256_gcm() -> None:
    """S2: test cases 13, 14 and 16 of the GCM specification that NIST SP 800-38D adopted."""
    zero = AESGCM(bytes(32))
    assert zero.encrypt(bytes(12), b"", b"").hex() == "530f8afbc74536b9a963b4f1c4cb738b"
    assert zero.encrypt(bytes(12), bytes(16), b"").hex() == (
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    )
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    plain = (
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    data = "feedfacedeadbeeffeedfacedeadbeefabaddad2"
    assert AESGCM(key).encrypt(
        bytes.fromhex("cafebabefacedbaddecaf888"), bytes.fromhex(plain), bytes.fromhex(data)
    ).hex() == (
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )


def test_a_sealed_value_is_format_nonce_and_a_gcm_ciphertext_bound_to_its_place() -> None:
    """S2: nonce of 96 bits; format, table, column, row and scope are authenticated."""
    sealed = seal(KEY, b"words", "sessions.data", "row1", "her")
    assert sealed[:1] == FORMAT
    assert KEY.decrypt(sealed[1:13], sealed[13:], b"1|sessions.data|4|row1|her") == b"words"


@given(st.binary(max_size=300), st.text(max_size=20), st.text(max_size=20))
def test_what_is_sealed_opens_in_its_place(plain: bytes, row: str, scope: str) -> None:
    assert unseal(KEY, seal(KEY, plain, "a.b", row, scope), "a.b", row, scope) == plain


def test_the_same_words_never_look_the_same_twice() -> None:
    """S2: a random nonce each time."""
    assert len({seal(KEY, b"words", "a.b", "r", "s") for _ in range(500)}) == 500


@pytest.mark.parametrize(
    ("place", "row", "scope"),
    [
        ("sessions.note", "row1", "her"),
        ("outbox.data", "row1", "her"),
        ("sessions.data", "row2", "her"),
        ("sessions.data", "row1", "him"),
        ("sessions.data", "row1|her", ""),
        ("sessions.data", "row", "1|her"),
    ],
)
def test_a_value_opens_in_no_other_place(place: str, row: str, scope: str) -> None:
    """S2: another table, column, row or scope fails closed."""
    sealed = seal(KEY, b"words", "sessions.data", "row1", "her")
    with pytest.raises(SealFault):
        unseal(KEY, sealed, place, row, scope)


def test_no_changed_byte_and_no_cut_passes() -> None:
    """S2: truncated, changed, of an unknown version: each fails closed."""
    sealed = seal(KEY, b"words", "a.b", "r", "s")
    broken = [sealed[:n] for n in range(len(sealed))]
    broken += [sealed[:n] + bytes([sealed[n] ^ 1]) + sealed[n + 1 :] for n in range(len(sealed))]
    broken += [sealed + b"\0"]
    for each in broken:
        with pytest.raises(SealFault):
            unseal(KEY, each, "a.b", "r", "s")


def test_another_key_opens_nothing() -> None:
    """S2: wrong key fails closed."""
    with pytest.raises(SealFault):
        unseal(AESGCM(bytes(32)), seal(KEY, b"words", "a.b", "r", "s"), "a.b", "r", "s")


def test_a_key_file_is_made_once_for_its_owner_alone_and_read_back_equal(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "voices.key"
    made = Keys.make(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Keys.read(path) == made
    assert {len(key) for key in (made.locks[0][1], made.indexing, made.buttons)} == {32}
    assert len({made.locks[0][1], made.indexing, made.buttons}) == 3
    with pytest.raises(KeyFault, match="never overwritten"):
        Keys.make(path)


def test_of_all_who_make_a_key_file_at_once_one_does_and_nobody_reads_half_of_it(tmp_path: Path) -> None:
    """S48: processes that start together have the same keys."""
    for attempt in range(20):
        path = tmp_path / f"{attempt}.key"
        together = Barrier(8)

        def make(_: int, path: Path = path, together: Barrier = together) -> tuple[bool, Keys]:
            together.wait()
            try:
                Keys.make(path)
            except KeyFileThere:
                return False, Keys.read(path)
            return True, Keys.read(path)

        with ThreadPoolExecutor(8) as threads:
            made, read = zip(*threads.map(make, range(8)), strict=True)
        assert sum(made) == 1
        assert len(set(read)) == 1
    assert {each.suffix for each in tmp_path.iterdir()} == {".key"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_key_file_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """S48: fail closed at the start, with the remedy."""
    path = tmp_path / "voices.key"
    Keys.make(path)
    path.chmod(mode)
    with pytest.raises(KeyFault, match="chmod 600"):
        Keys.read(path)


def _changed(**more: object) -> str:
    key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    plain = {"version": 1, "locks": [{"id": "a", "key": key}], "indexing": key, "buttons": key}
    return json.dumps(plain | more)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        _changed(version=2),
        _changed(locks=[]),
        _changed(locks=[{"id": "a"}]),
        _changed(indexing="AAAA"),
        _changed(buttons=5),
        _changed(buttons="!!!!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ],
)
def test_what_is_no_key_file_is_refused(tmp_path: Path, text: str) -> None:
    """S2, S48: unknown versions and damaged files fail closed."""
    path = tmp_path / "voices.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(KeyFault, match="not a key file"):
        Keys.read(path)


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFault, match="cannot be read"):
        Keys.read(tmp_path / "nowhere")


def test_rotation_puts_a_lock_first_and_keeps_the_others(tmp_path: Path) -> None:
    """S2: ordered, older locks only open."""
    path = tmp_path / "voices.key"
    old = Keys.make(path)
    rotated = old.rotated()
    rotated.write(path)
    assert Keys.read(path) == rotated
    assert rotated.locks[1:] == old.locks
    assert (rotated.indexing, rotated.buttons) == (old.indexing, old.buttons)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_keys_do_not_show_themselves() -> None:
    """S27: a log line with the keys in it shows none."""
    assert repr(Keys.fresh()) == "Keys()"


def test_an_index_is_keyed_and_tells_kinds_apart() -> None:
    """S4: the same id under other keys, or as another kind, looks unrelated."""
    keys = Keys.fresh()
    assert keys.index(5) == keys.index(5)
    others = {keys.index(5), keys.index(6), keys.mark("code", "5"), Keys.fresh().index(5)}
    assert len(others) == 4
    assert {len(each) for each in others} == {43}
