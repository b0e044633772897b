"""Entries of repeats that people add and take away, as the instance holds them."""

import pytest

from dialogs.form import Form
from dialogs.instance import MAX_ENTRIES, Instance
from tests.dialogs.written import form_of, names, restored, started


@pytest.fixture
def home() -> Form:
    """A household: people with a first value each, and for each of them their phones."""
    return form_of(
        """
        | survey |
        | | type | name | label | default | calculation | relevant |
        | | begin_repeat | person | Person | | | |
        | | text | name | Name | | | |
        | | integer | order | Order | position(..) * 10 | | |
        | | text | kind | Kind | adult | | |
        | | begin_repeat | phone | Phone | | | ${name} != 'baby' |
        | | text | number | Number | | | |
        | | calculate | whose | | | concat(${name}, ':', ${number}) | |
        | | end_repeat | | | | | |
        | | end_repeat | | | | | |
        | | calculate | people | | | count(${person}) | |
        | | calculate | phones | | | count(${phone}) | |
        | | calculate | everybody | | | join(', ', ${name}) | |
        """
    )


def values(instance: Instance) -> dict[str, str]:
    return {ref: value for ref, value in instance.answers().items() if value}


def test_an_entry_begins_with_its_own_first_values(home: Form) -> None:
    instance = started(home)
    assert instance.entries("/data/person") == ("/data/person[1]",)
    assert instance.add("/data/person") == "/data/person[2]"
    assert (
        instance.entries("/data/person[2]/phone") == ()
    )  # a fresh entry holds none, as in both of ODK's engines
    assert instance.add("/data/person[2]/phone") == "/data/person[2]/phone[1]"
    assert values(instance) == {
        "/data/person[1]/order": "10",
        "/data/person[1]/kind": "adult",
        "/data/person[1]/phone[1]/whose": ":",
        "/data/person[2]/order": "20",
        "/data/person[2]/kind": "adult",
        "/data/person[2]/phone[1]/whose": ":",
        "/data/people": "2",
        "/data/phones": "2",
        "/data/everybody": ", ",
    }


def test_entries_after_one_that_goes_move_up_with_their_answers(home: Form) -> None:
    instance = started(home)
    for number, name in enumerate(("Ana", "baby", "Cyr"), 1):
        if number > 1:
            instance.add(f"{instance.add('/data/person')}/phone")
        instance.set(f"/data/person[{number}]/name", name)
    instance.set("/data/person[3]/phone[1]/number", "3")
    assert instance.value("/data/everybody") == "Ana, baby, Cyr"
    assert instance.value("/data/phones") == "2"
    instance.remove("/data/person[2]")
    assert values(instance) == {
        "/data/person[1]/name": "Ana",
        "/data/person[1]/order": "10",
        "/data/person[1]/kind": "adult",
        "/data/person[1]/phone[1]/whose": "Ana:",
        "/data/person[2]/name": "Cyr",
        "/data/person[2]/order": "30",
        "/data/person[2]/kind": "adult",
        "/data/person[2]/phone[1]/number": "3",
        "/data/person[2]/phone[1]/whose": "Cyr:3",
        "/data/people": "2",
        "/data/phones": "2",
        "/data/everybody": "Ana, Cyr",
    }


def test_the_last_entry_may_go_too_and_others_come_back_empty(home: Form) -> None:
    instance = started(home)
    instance.set("/data/person[1]/name", "Ana")
    instance.remove("/data/person[1]")
    assert instance.entries("/data/person") == ()
    assert values(instance) == {"/data/people": "0", "/data/phones": "0"}
    assert names(instance) == ["person"]
    instance.add("/data/person")
    assert (instance.value("/data/person[1]/name"), instance.value("/data/people")) == ("", "1")


def test_entries_outlive_the_turn(home: Form) -> None:
    instance = started(home)
    instance.add("/data/person")
    instance.add("/data/person[2]/phone")
    instance.add("/data/person[2]/phone")
    instance.set("/data/person[2]/phone[2]/number", "7")
    instance.remove("/data/person[1]/phone[1]")
    again = restored(instance, instance.to_plain())
    assert again.answers() == instance.answers()
    assert again.to_plain() == instance.to_plain()
    assert again.entries("/data/person[1]/phone") == ()


def test_what_the_form_counts_nobody_adds_to_or_takes_from() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | repeat_count |
        | | begin_repeat | r | R | 2 |
        | | text | a | A | |
        | | end_repeat | | | |
        """
    )
    instance = started(form)
    with pytest.raises(ValueError, match="takes no further entry"):
        instance.add("/data/r")
    with pytest.raises(ValueError, match="cannot be removed"):
        instance.remove("/data/r[1]")
    assert len(instance.entries("/data/r")) == 2


def test_a_repeat_holds_so_many_entries_and_no_more(home: Form) -> None:
    instance = started(home)
    for _ in range(MAX_ENTRIES - 1):
        instance.add("/data/person[1]/phone")
    with pytest.raises(ValueError, match="takes no further entry"):
        instance.add("/data/person[1]/phone")
    with pytest.raises(KeyError):
        instance.remove("/data/person[2]")
