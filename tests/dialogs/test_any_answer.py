"""Whatever is asked and whatever is answered, fitting or not: nothing raises, and the conversation goes on."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs import engine
from dialogs.event import (
    Added,
    Amended,
    ChangedLanguage,
    Chose,
    Confirmed,
    Entered,
    Event,
    Located,
    Paged,
    Removed,
    Reopened,
    Resumed,
    Said,
    Sent,
    Skipped,
    Stopped,
    TimePassed,
    WentBack,
    Wondered,
)
from dialogs.form import Form, Repeat
from dialogs.session import Session, State
from tests.dialogs.written import NOW, form_of, started

TYPES = {
    "text": ("string-length(.) > 2", "regex(., '[a-z]+')"),
    "integer": (". > 0 and . < 50",),
    "decimal": (". * 2 < 7.5", "int(.) = ."),
    "range": (". != 3",),
    "date": (". <= today()", "format-date(., '%Y') > 2000"),
    "time": (". > '10:00'",),
    "dateTime": (". < now()",),
    "geopoint": ("selected-at(., 0) > 0",),
    "barcode": (". = '12'",),
    "image": (". != ''",),
    "audio": (". != ''",),
    "video": (". != ''",),
    "file": (". != ''",),
    "acknowledge": (". = 'OK'",),
    "note": ("",),
    "select_one c": (". != 'b'",),
    "select_multiple c": ("count-selected(.) < 3", "not(selected(., 'a') and selected(., 'b'))"),
    "rank c": ("selected-at(., 0) = 'b'",),
}
"""Each type with constraints that suit it."""
APPEARANCES = (
    "",
    "",
    "quick",
    "minimal",
    "autocomplete",
    "likert",
    "multiline",
    "month-year",
    "numbers",
    "horizontal",
)
CHOICES = """
| choices |
| | list_name | name | label |
| | c | a | Red |
| | c | b | Green |
| | c | 3 | 12 |
| | c | d | A very long name for something that is hardly a colour, and on it goes, and on, and on |
"""
WORDS = (
    *(
        "1",
        "12",
        "-3",
        "3,5",
        "٣٤",
        "1e9",
        "999999999999999999999999",
        "nan",
        "inf",
        "½",
        "0x10",
        "1.000.000",
    ),
    *("2024-02-30", "2024-03-15", "31/12/1999", "today", "10:30", "25:61", "2024-03-15 10:30", "99999-01-01"),
    *(
        "Red",
        "red, 12",
        "1 2",
        "3",
        "OK",
        "yes",
        "a-b@c.org",
        "-18.9, 47.5",
        "500, 500",
        "",
        " ",
        "\0",
        "\u202e",
        "𝟛",
    ),
)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    rows = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(sorted(TYPES)))
        rule = draw(st.sampled_from(("", *TYPES[kind])))
        needed = draw(st.sampled_from(("", "yes"))) if kind not in ("note", "geopoint") else ""
        relevant = f"${{q{draw(st.integers(0, number - 1))}}} != ''" if number and draw(st.booleans()) else ""
        look = draw(st.sampled_from(APPEARANCES))
        limits = "start=1 end=5 step=1" if kind == "range" else ""
        rows.append(
            f"| | {kind} | q{number} | Q{number}? | {needed} | {rule} | {relevant} | {look} | {limits} |"
        )
    around = draw(st.sampled_from(("", "repeat", "group", "screen")))
    if around:
        kind, look = (
            ("repeat", "") if around == "repeat" else ("group", "field-list" if around == "screen" else "")
        )
        rows = [f"| | begin_{kind} | g | G | | | | {look} | |", *rows, f"| | end_{kind} | | | | | | | |"]
    header = (
        "| survey |\n| | type | name | label | required | constraint | relevant | appearance | parameters |\n"
    )
    return form_of(header + "\n".join(rows) + CHOICES)


MEANINGS = ("yes", "no", "back", "skip", "stop", "done", "more", "send")
TURNS, SMALL = st.integers(-1, 6), st.integers(-1, 12)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Said, st.one_of(st.sampled_from(WORDS), st.text(max_size=30), st.just("x" * 5_000))),
    st.builds(
        Said,
        st.sampled_from(WORDS),
        st.sampled_from(("yes", "no", "back", "skip", "stop", "done", "more", "send")),
    ),
    st.builds(Chose, TURNS, SMALL, SMALL, st.sampled_from((None, True, False))),
    st.builds(Chose, TURNS, st.just(0), st.integers(0, 3), st.sampled_from((None, True, False))),
    st.builds(
        Sent, st.sampled_from(("audio", "image", "video", "file")), st.just("m1"), st.sampled_from(WORDS)
    ),
    st.builds(Located, st.floats(-90, 90), st.floats(-180, 180)),
    *(st.builds(each, TURNS) for each in (Confirmed, Skipped, WentBack, Wondered, Added)),
    st.builds(Paged, TURNS, SMALL, SMALL),
    st.builds(Entered, TURNS, SMALL),
    st.builds(Removed, TURNS, SMALL, st.booleans()),
    st.builds(Reopened, TURNS, SMALL),
    st.builds(Amended, st.sampled_from(WORDS), st.sampled_from(WORDS)),
    st.builds(ChangedLanguage, st.sampled_from(("ar", "fr", "xx"))),
    *(st.just(each()) for each in (Stopped, Resumed, TimePassed)),
)


def told(form: Form, events: list[Event]) -> None:
    """Tell the bot all of it. A turn counts backwards from the open one; -1 is none that was ever asked."""
    now = NOW
    session, _ = engine.start(form, language="en", now=now, chance=lambda: 0.5, given={})
    for event in events:
        turn = getattr(event, "turn", None)
        if turn is not None:
            event = _with_turn(event, session.turn - turn if turn >= 0 else 99)
        now += timedelta(minutes=1)
        kept: dict[str, Any] = json.loads(json.dumps(session.to_plain()))
        session, _ = engine.step(form, Session.from_plain(kept), event, now, lambda: 0.5)
        if session.state is State.OPEN:
            assert session.at, event
            assert session.turn in session.asked, event
        assert all(isinstance(value, str) for value in engine.answers(form, session, now).values())


def _with_turn(event: Event, turn: int) -> Event:
    values = {name: getattr(event, name) for name in event.__slots__}
    return type(event)(**{**values, "turn": turn})


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(forms(), st.lists(EVENTS, max_size=25))
def test_any_answer_to_any_question_is_borne(form: Form, events: list[Event]) -> None:
    told(form, events)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(forms(), st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=20)), max_size=8))
def test_any_text_in_any_node_is_borne(form: Form, texts: list[str]) -> None:
    instance = started(form)
    for number, text in enumerate(texts):
        steps = instance.walk()
        step = steps[number % len(steps)] if steps else None
        if step is not None and isinstance(step.part, Repeat):
            instance.add(step.ref)
        elif step is not None:
            instance.set(step.ref, text)
        for each in instance.leaves():
            instance.valid(each)
            instance.required(each)
    instance.to_xml("uuid:0")


@pytest.mark.soak
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(forms(), st.lists(EVENTS, max_size=25))
def test_any_answer_to_any_question_is_borne_for_long(form: Form, events: list[Event]) -> None:
    told(form, events)
