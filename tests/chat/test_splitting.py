"""Long texts are cut where nobody minds, and nothing of them is lost."""

import itertools
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from bot.chat.splitting import shortened, split, units

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
PIECES = ["a", "mot", "كلمة", "👩\u200d👩\u200d👧", "🇫🇷", "e\u0301", " ", "\n", "हिन्दी"]
WORDS = st.lists(st.sampled_from(PIECES), max_size=200).map("".join)


@given(ANY | WORDS, st.integers(2, 60))
@example("\r\n" * 40, 3)
def test_the_parts_joined_are_the_text(text: str, limit: int) -> None:
    """R10: join(parts) == original, each part within the limit in UTF-16 units."""
    parts = list(split(text, limit))
    assert "".join(parts) == text
    assert all(units(part) <= limit for part in parts)
    assert units(text) == len(text.encode("utf-16-le")) // 2


@given(WORDS, st.integers(30, 60))
def test_no_part_begins_inside_a_grapheme(text: str, limit: int) -> None:
    """R10: never inside a letter with its marks, an emoji or a flag."""
    parts = list(split(text, limit))
    for before, after in itertools.pairwise(parts):
        assert unicodedata.category(after[0]) not in {"Mn", "Mc"}
        assert after[0] != "\u200d"
        assert before[-1] != "\u200d"


def test_a_cut_is_made_at_the_end_of_a_line_before_that_of_a_word() -> None:
    assert list(split("one two\nthree four", 12)) == ["one two\n", "three four"]
    assert list(split("one two three", 9)) == ["one two ", "three"]
    assert list(split("🇫🇷🇲🇬🇱🇧", 6)) == ["🇫🇷", "🇲🇬", "🇱🇧"]
    assert list(split("abcdefgh", 3)) == ["abc", "def", "gh"]


def test_one_letter_under_a_mountain_of_marks_is_still_cut() -> None:
    """R10: a grapheme longer than a message."""
    text = "e" + "\u0301" * 50
    assert "".join(split(text, 20)) == text


def test_a_shortened_text_says_that_it_is() -> None:
    assert shortened("short", 10) == "short"
    assert shortened("one two three four", 10) == "one two…"
