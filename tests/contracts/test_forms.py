"""Published form versions."""

import pytest

from bot.ports import Unit
from dialogs.form import Form
from dialogs.reading.xform import read_xform
from storage.database import Database
from tests.stores import NOW, later, opened

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
