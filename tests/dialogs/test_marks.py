"""What authors mark up is styled, and nothing else of their words changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.marks import Run, lines_of, plain, runs_of


@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("**Hello** _you_", [Run("Hello", ("b",)), Run(" "), Run("you", ("i",))]),
        ("__Hello__ *you*", [Run("Hello", ("b",)), Run(" "), Run("you", ("i",))]),
        ("**very _very_ big**", [Run("very ", ("b",)), Run("very", ("b", "i")), Run(" big", ("b",))]),
        ("<b>Hello</b> <EM>you</EM>", [Run("Hello", ("b",)), Run(" "), Run("you", ("i",))]),
        ("<u>so</u>", [Run("so", ("u",))]),
        ("[see](https://example.org)", [Run("see (https://example.org)")]),
        ("snake_case_name", [Run("snake_case_name")]),
        ("2 * 3 ** 4", [Run("2 * 3 ** 4")]),
        ("5*3*2", [Run("5*3*2")]),
        (r"\*no\*", [Run("*"), Run("no"), Run("*")]),
        ("a <b> c", [Run("a <b> c")]),
        ("<script>x</script>", [Run("<script>x</script>")]),
        ("1 < 2 & 3 > 2", [Run("1 < 2 & 3 > 2")]),
        ("", []),
    ],
)
def test_marks_become_styles(line: str, runs: list[Run]) -> None:
    assert list(runs_of(line)) == runs


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("# Title\nwords", [("Title", True), ("words", False)]),
        ("###### Small ##", [("Small", True)]),
        ("#food and #water", [("#food and #water", False)]),
        ("one<br>two<br />three", [("one", False), ("two", False), ("three", False)]),
        ("<p>one</p><p>two</p>", [("one", False), ("two", False)]),
        ('<span style="color:red">red</span> words', [("red words", False)]),
        ("- one\n* two", [("• one", False), ("• two", False)]),
        ("-5 degrees", [("-5 degrees", False)]),
    ],
)
def test_a_text_has_lines_and_headings(text: str, lines: list[tuple[str, bool]]) -> None:
    assert lines_of(text) == lines


def test_on_a_button_marks_are_gone() -> None:
    assert plain('<span style="color:green">**Yes**</span>, _please_') == "Yes, please"
    assert plain("No marks here") == "No marks here"


@given(st.text(st.sampled_from("ab *_#<>/[]()\\\nبا"), max_size=80))
def test_no_letter_is_lost(text: str) -> None:
    letters = "".join(each for each in text if each in "با")
    assert "".join(each for each in plain(text) if each in "با") == letters


@given(st.text(st.sampled_from("ab *_#<>/[]()\\"), max_size=40))
def test_reading_marks_ends(text: str) -> None:
    for line, _ in lines_of(text * 200):
        list(runs_of(line))
