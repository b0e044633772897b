"""Children: whichever way somebody turns out to be one, the end is safe and nothing of it is in any table (S33)."""

from collections.abc import Awaitable, Callable

import pytest

from dialogs.form import Form, Kind
from tests.deeds.stage import Player, Stage, forms
from tests.stores import every_row

SAFE = "childhelplineinternational.org"
NOTHING = ("testimonies", "sessions", "consents", "permissions", "publications", "media", "decisions")
"""The tables that hold nothing of somebody who told nothing."""


async def at_once(child: Player) -> None:
    await child.taps("I am under 18")


async def in_words(child: Player) -> None:
    await child.says("I am under 18")


async def after_asking_for_help(child: Player) -> None:
    await child.taps("I need help now")
    await child.taps("I am under 18")


async def after_going_back_from_the_consent(child: Player) -> None:
    await child.taps("I understand")
    await child.taps("Back")
    await child.taps("I am under 18")


PATHS = (at_once, in_words, after_asking_for_help, after_going_back_from_the_consent)


@pytest.mark.parametrize("form", ["testimony", "initiative"])
@pytest.mark.parametrize("path", PATHS)
async def test_a_child_is_led_to_a_safe_end_and_no_table_keeps_anything(
    stage: Stage, form: str, path: Callable[[Player], Awaitable[None]]
) -> None:
    """S33: by a tap, in words, after asking for help, after going back; and a new beginning is as new."""
    child = stage.person(1)
    await child.arrives()
    if form == "initiative":
        await child.says("/initiative")
        await child.taps("Start again")
    await path(child)
    assert SAFE in child.sees
    assert _kept(stage) == {}
    await child.says("She hits me.")  # what is said after the end is not kept either
    assert _kept(stage) == {}
    assert "She hits me" not in repr(every_row(stage.url))


async def test_who_turns_out_to_be_a_child_after_telling_leaves_nothing_of_it(stage: Stage) -> None:
    """S33: the story was told, with a voice note; then she goes back, from the summary to the first question."""
    child = stage.person(1)
    await child.arrives()
    await child.agrees()
    await child.says("Madagascar")
    await child.says("She hits me.")
    await child.sends_voice()
    await child.taps("Private or urgent")
    await child.taps("Someone is in danger")
    assert len(await stage.media(1)) == 1
    while "I am under 18" not in child.last.labels:
        await child.taps("Back")
    await child.taps("I am under 18")
    assert SAFE in child.sees
    assert _kept(stage) == {}


def _kept(stage: Stage) -> dict[str, int]:
    rows = every_row(stage.url)
    return {name: len(rows[name]) for name in NOTHING if rows[name]}


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.name)
def test_no_built_in_form_asks_for_a_date_of_birth(form: Form) -> None:
    """S33: an age band at most, and only of adults; nobody is asked for a day."""
    days = [each.name for each in form.questions() if each.kind in (Kind.DATE, Kind.DATETIME)]
    assert days == (["since"] if form.name == "initiative" else [])  # since when people help one another
