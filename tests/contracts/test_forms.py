"""Published form versions."""

import pytest

from bot.ports import Edition, NotYours, Unit
from dialogs.form import Form
from dialogs.reading.xform import read_xform
from storage.database import Database
from tests.stores import NOW, later, opened, reader

XML = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
  <h:head>
    <h:title>Hello</h:title>
    <model>
      <instance><data id="hello" version="{version}"><name/></data></instance>
      <bind nodeset="/data/name" type="string"/>
    </model>
  </h:head>
  <h:body><input ref="/data/name"><label>{label}</label></input></h:body>
</h:html>"""


def form(version: str, label: str = "Your name?") -> Form:
    return read_xform(XML.format(version=version, label=label))


async def test_the_version_published_last_is_the_current_one(store: Database) -> None:
    """R22: sessions pin a version; older ones stay readable."""

    def work(unit: Unit) -> object:
        answers = [unit.forms.publish(form(version), NOW) for version in ("1", "1", "2", "2")]
        return (
            answers,
            unit.forms.current("hello").version,
            unit.forms.version("hello", "1").xml == form("1").xml,
            unit.forms.publish(form("1"), later(days=1)),
            unit.forms.current("hello").version,
        )

    assert await store.transact(work) == ([True, False, True, False], "2", True, True, "1")


async def test_a_published_version_never_changes(store: Database) -> None:
    """R22: other content needs another version."""
    await store.transact(lambda unit: unit.forms.publish(form("1"), NOW))
    with pytest.raises(ValueError, match="version 1 of hello"):
        await store.transact(lambda unit: unit.forms.publish(form("1", "Who?"), NOW))


async def test_a_form_nobody_published_is_a_key_error(store: Database) -> None:
    with pytest.raises(KeyError, match="no form hello"):
        await store.transact(lambda unit: unit.forms.current("hello"))
    with pytest.raises(KeyError, match="no version 9"):
        await store.transact(lambda unit: unit.forms.version("hello", "9"))


async def test_a_form_is_read_once(store: Database) -> None:
    await store.transact(lambda unit: unit.forms.publish(form("1"), NOW))
    first = await store.transact(lambda unit: unit.forms.current("hello"))
    again = await store.transact(lambda unit: unit.forms.version("hello", "1"))
    assert first is again


async def test_a_version_that_was_rolled_back_was_never_there(store: Database) -> None:
    def work(unit: Unit) -> None:
        unit.forms.publish(form("1", "Who?"), NOW)
        assert unit.forms.current("hello").xml == form("1", "Who?").xml
        raise LookupError("not today")

    with pytest.raises(LookupError, match="not today"):
        await store.transact(work)
    await store.transact(lambda unit: unit.forms.publish(form("1"), NOW))
    found = await store.transact(lambda unit: unit.forms.current("hello"))
    assert found.xml == form("1").xml


async def test_forms_outlive_the_process(url: str) -> None:
    async with opened(url) as before:
        await before.transact(lambda unit: unit.forms.publish(form("1"), NOW))
    async with opened(url) as after:
        found = await after.transact(lambda unit: unit.forms.current("hello"))
    assert (found.name, found.version, found.xml) == ("hello", "1", form("1").xml)


async def test_a_draft_may_change_until_it_is_published(store: Database) -> None:
    """R22."""

    def work(unit: Unit) -> object:
        unit.forms.keep(form("1"), "atd", NOW)
        before = unit.forms.published("hello", "1")
        unit.forms.keep(form("1", "Who?"), "atd", NOW)
        draft = unit.forms.version("hello", "1").xml
        unit.forms.publish(form("1", "Who?"), later(days=1))
        return before, draft == form("1", "Who?").xml, unit.forms.published("hello", "1")

    assert await store.transact(work) == (False, True, True)
    with pytest.raises(ValueError, match="version 1 of hello"):
        await store.transact(lambda unit: unit.forms.keep(form("1"), "atd", NOW))
    with pytest.raises(NotYours):
        await store.transact(lambda unit: unit.forms.keep(form("2"), "mmm", NOW))


async def test_a_draft_is_nobodys_current_form(store: Database) -> None:
    await store.transact(lambda unit: unit.forms.keep(form("1"), "atd", NOW))
    with pytest.raises(KeyError):
        await store.transact(lambda unit: unit.forms.current("hello"))


async def test_a_partners_versions_are_listed_newest_first(store: Database) -> None:
    def work(unit: Unit) -> object:
        for number, version in enumerate(("1", "2", "3")):
            unit.forms.keep(form(version), "atd", later(days=number))
        unit.forms.publish(form("1"), NOW)
        unit.forms.publish(form("2"), NOW)
        return unit.forms.editions("atd"), unit.forms.editions("mmm")

    def edition(version: str, *, current: bool = False, published: bool = False) -> Edition:
        return Edition("hello", version, current=current, published=published, withdrawn=False)

    assert await store.transact(work) == (
        [edition("3"), edition("2", current=True, published=True), edition("1", published=True)],
        [],
    )


async def test_a_withdrawn_form_begins_no_more_and_stays_readable(store: Database) -> None:
    """R22."""

    def work(unit: Unit) -> object:
        unit.forms.keep(form("1"), "atd", NOW)
        unit.forms.publish(form("1"), NOW)
        unit.forms.withdraw("hello", later(days=1))
        [edition] = unit.forms.editions("atd")
        return edition.withdrawn, edition.current, unit.forms.version("hello", "1").version

    assert await store.transact(work) == (True, False, "1")
    with pytest.raises(KeyError):
        await store.transact(lambda unit: unit.forms.current("hello"))
    again = await store.transact(lambda unit: unit.forms.publish(form("1"), later(days=2)))
    assert (again, await store.transact(lambda unit: unit.forms.editions("atd")[0].withdrawn)) == (
        True,
        False,
    )


async def test_a_form_that_was_sent_waits_until_it_is_read(store: Database) -> None:
    """R28: dropped once, however often that is tried."""

    def work(unit: Unit) -> object:
        author = reader(unit)
        unit.uploads.add(author.id, "file-1", NOW)
        [upload] = unit.uploads.wanted(5, NOW)
        unit.uploads.later(upload.id, later(minutes=1))
        return (
            (upload.moderator == author.id, upload.file, upload.tries),
            unit.uploads.wanted(5, NOW),
            [each.tries for each in unit.uploads.wanted(5, later(minutes=1))],
            [unit.uploads.drop(upload.id), unit.uploads.drop(upload.id)],
        )

    assert await store.transact(work) == ((True, "file-1", 0), [], [1], [True, False])
