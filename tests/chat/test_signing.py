"""Buttons carry a signature for one person; nothing else is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import buttons
from bot.chat.signing import SIGNATURE, Signer
from dialogs import event

SIGNER = Signer(bytes(range(32)))
ACTIONS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=buttons.LONGEST)
PEOPLE = st.integers(1, 2**52)


@given(PEOPLE, ACTIONS)
def test_what_was_signed_for_a_person_is_read_back(person: int, action: str) -> None:
    data = SIGNER.sign(person, action)
    assert SIGNER.check(person, data) == action
    assert len(data.encode()) <= 64


@given(PEOPLE, ACTIONS, st.data())
def test_any_changed_byte_is_refused(person: int, action: str, data: st.DataObject) -> None:
    """S23: flip every byte."""
    signed = SIGNER.sign(person, action).encode()
    flip = data.draw(st.integers(1, 255))
    for place in range(len(signed)):
        changed = bytearray(signed)
        changed[place] ^= flip
        assert SIGNER.check(person, changed.decode("latin-1")) is None


@given(PEOPLE, PEOPLE, ACTIONS)
def test_a_button_is_worth_nothing_to_anyone_else(one: int, other: int, action: str) -> None:
    """S23: replayed across people."""
    signed = SIGNER.sign(one, action)
    assert (SIGNER.check(other, signed) is None) == (one != other)


@given(PEOPLE, st.text(max_size=100))
def test_data_from_no_button_of_ours_is_refused(person: int, data: str) -> None:
    """S23: Telegram warns that callback data may come from no button at all."""
    assert SIGNER.check(person, data) is None


def test_person_and_action_cannot_be_shifted_into_one_another() -> None:
    """S23: the signature covers where the person ends and the action begins."""
    signed = SIGNER.sign(1, "2:ok")
    assert SIGNER.check(12, signed[:SIGNATURE] + "ok") is None
    assert SIGNER.check(12, signed[:SIGNATURE] + ":ok") is None


def test_another_key_reads_nothing() -> None:
    assert Signer(bytes(32)).check(7, SIGNER.sign(7, "go")) is None


@pytest.mark.parametrize("action", ["", "x" * (buttons.LONGEST + 1), "é"])
def test_an_action_that_does_not_fit_is_refused_at_once(action: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        SIGNER.sign(7, action)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Signer(b"short")


def test_the_longest_dialog_action_fits_into_callback_data() -> None:
    """Bot API: 64 bytes of callback data."""
    action = buttons.dialog("a1b2c3d4", event.Chose(999_999, 99, 9_999, True))
    assert len(SIGNER.sign(2**52, action).encode()) <= 64
