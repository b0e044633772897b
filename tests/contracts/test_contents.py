"""What forms show: the same content once, under the id by which each bot has it at Telegram."""

from dataclasses import replace
from functools import partial

import pytest

from bot.ports import Unit
from dialogs.form import Attachment, Form
from storage.database import Database
from tests.contracts.test_forms import form
from tests.stores import NOW, later, opened

PICTURES = {"d1": b"one", "d2": b"two", "d3": b"three"}


def showing(version: str, **files: str) -> Form:
    """The form in a version that shows these, by name and digest."""
    attached = {name: Attachment(digest, "image/png") for name, digest in files.items()}
    return replace(form(version), files=attached)


def keep(unit: Unit, shows: Form, *digests: str, days: int = 0) -> None:
    unit.forms.keep(shows, "atd", later(days=days), {each: PICTURES[each] for each in digests})


async def test_a_version_comes_back_with_what_it_shows(url: str) -> None:
    async with opened(url) as before:
        await before.transact(lambda unit: keep(unit, showing("1", a="d1", b="d2"), "d1", "d2"))
        await before.transact(lambda unit: keep(unit, showing("2", a="d1"), "d1"))
    async with opened(url) as after:

        def work(unit: Unit) -> object:
            forms = [unit.forms.version("hello", version).files for version in ("1", "2")]
            return forms, unit.contents.get("d2"), unit.contents.get("d3")

        assert await after.transact(work) == (
            [showing("1", a="d1", b="d2").files, showing("2", a="d1").files],
            b"two",
            None,
        )


async def test_a_draft_shows_what_was_sent_last(store: Database) -> None:
    def work(unit: Unit) -> object:
        keep(unit, showing("1", a="d1", b="d2"), "d1", "d2")
        keep(unit, showing("1", a="d3"), "d3")
        return unit.forms.version("hello", "1").files

    assert await store.transact(work) == showing("1", a="d3").files


async def test_a_published_version_never_shows_anything_else(store: Database) -> None:
    """R22."""

    def work(unit: Unit) -> None:
        keep(unit, showing("1", a="d1"), "d1")
        unit.forms.publish(unit.forms.version("hello", "1"), NOW)
        keep(unit, showing("1", a="d1"), "d1")

    await store.transact(work)
    for other in (showing("1", a="d2"), showing("1"), showing("1", b="d1")):
        with pytest.raises(ValueError, match="version 1 of hello"):
            await store.transact(partial(keep, shows=other))
        with pytest.raises(ValueError, match="version 1 of hello"):
            await store.transact(partial(publish, form=other))


def publish(unit: Unit, form: Form) -> bool:
    return unit.forms.publish(form, NOW)


async def test_telegrams_id_holds_for_the_bot_that_brought_it(store: Database) -> None:
    def work(unit: Unit) -> object:
        keep(unit, showing("1", a="d1"), "d1")
        before = unit.contents.file("d1", "7")
        unit.contents.sent("d1", "7", "AgAC")
        keep(unit, showing("2", a="d1"), "d1")
        known = [unit.contents.file("d1", bot) for bot in ("7", "8")]
        unit.contents.sent("d1", "7", None)
        return before, known, unit.contents.file("d1", "7")

    assert await store.transact(work) == (None, ["AgAC", None], None)


async def test_what_no_form_shows_any_more_goes_in_time(store: Database) -> None:
    def work(unit: Unit) -> object:
        keep(unit, showing("1", a="d1", b="d2"), "d1", "d2")
        keep(unit, showing("1", a="d1", b="d3"), "d1", "d3", days=9)
        early = unit.contents.drop_unused(later(days=-1))
        dropped = unit.contents.drop_unused(later(days=9))
        return early, dropped, [unit.contents.get(each) for each in ("d1", "d2", "d3")]

    assert await store.transact(work) == (0, 1, [b"one", None, b"three"])
