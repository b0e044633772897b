"""Entities and Telegram's HTML: what it means and how it is refused."""

import contextlib
import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.entities import cut, found, nested, settled, trimmed, utf16
from sandbox.hypertext import parse_html, to_html
from sandbox.refusal import Refusal
from tests.sandbox.bots import Json

HALF = (
    "Text contains invalid Unicode characters after decoding HTML entities, "
    "check for unmatched surrogate code units"
)


def entity(kind: str, offset: int, length: int, **extra: object) -> Json:
    return {"type": kind, "offset": offset, "length": length, **extra}


@pytest.mark.parametrize(
    ("source", "plain", "marks"),
    [
        ("no tags &lt;b&gt; &amp; &quot;&#33;&#x41;", 'no tags <b> & "!A', []),
        ("a & b &nbsp; &copy;", "a & b &nbsp; &copy;", []),
        ("<b>bold</b>", "bold", [entity("bold", 0, 4)]),
        ("😀<STRONG>é</STRONG>", "😀é", [entity("bold", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [entity("bold", 0, 2), entity("italic", 1, 1)]),
        ("<b></b>x", "x", []),
        ("<s>a</s><u>b</u>", "ab", [entity("strikethrough", 0, 1), entity("underline", 1, 1)]),
        ("<ins>a</ins><del>b</del>", "ab", [entity("underline", 0, 1), entity("strikethrough", 1, 1)]),
        ("<span class='tg-spoiler'>x</span>", "x", [entity("spoiler", 0, 1)]),
        ("<tg-spoiler>x</tg-spoiler>", "x", [entity("spoiler", 0, 1)]),
        ('<a href="https://example.com?a=1&amp;b=2">x</a>', "x", [entity("text_link", 0, 1, url="https://example.com?a=1&b=2")]),
        ("<a href='example.com'>x</a>", "x", [entity("text_link", 0, 1, url="http://example.com/")]),
        ("<a>example.com</a>", "example.com", [entity("text_link", 0, 11, url="http://example.com/")]),
        ("<a href='javascript:alert(1)'>x</a>", "x", []),
        ("<a href='tg://user?id=7'>x</a>", "x", [entity("text_mention", 0, 1, user={"id": 7})]),
        ('<pre><code class="language-python">x</code></pre>', "x", [entity("pre", 0, 1, language="python")]),
        ('<code class="language-python">x</code>', "x", [entity("code", 0, 1)]),
        ("<code>a<b>b</b></code>", "ab", [entity("code", 0, 2), entity("bold", 1, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [entity("expandable_blockquote", 0, 1)]),
        ("<b>x</>", "x", [entity("bold", 0, 1)]),
    ],
)  # fmt: skip
def test_html_becomes_text_and_entities(source: str, plain: str, marks: list[Json]) -> None:
    assert parse_html(source) == (plain, marks)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("é<x>", 'Unsupported start tag "x" at byte offset 2'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<a href>x</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ('<a ="x">x</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x!>x</a>", "Unexpected end of name token at byte offset 8"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<tg-emoji emoji-id='no'>x</tg-emoji>", "Invalid custom emoji identifier specified"),
        ("&#xd83d;", HALF),
    ],
)  # fmt: skip
def test_broken_html_is_refused_in_telegrams_words(source: str, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_html(source)
    assert refusal.value.description == f"Bad Request: can't parse entities: {words}"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("/start now", [("bot_command", "/start")]),
        ("see /help@voices_bot.", [("bot_command", "/help@voices_bot")]),
        ("a/b 1/2 </start>", []),
        ("write to a.b@example.org, or @voices", [("email", "a.b@example.org"), ("mention", "@voices")]),
        ("look: https://example.org/a?b=1).", [("url", "https://example.org/a?b=1")]),
        ("t.me/voices?start=x", [("url", "t.me/voices?start=x")]),
        ("😀 #school #1 #école", [("hashtag", "#school"), ("hashtag", "#école")]),
        ("مرحبا /help", [("bot_command", "/help")]),
    ],
)
def test_commands_links_and_mentions_are_found(text: str, parts: list[tuple[str, str]]) -> None:
    marks = found(text, [])
    assert [(mark["type"], cut(text, mark["offset"], mark["length"])) for mark in marks] == parts


def entities(words: str) -> list[Json]:
    """Entities written short: "bold 0 2, code 4 1"."""
    parts = [part.split() for part in words.split(", ")]
    return [entity(kind, int(offset), int(length)) for kind, offset, length in parts]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("bold 0 2, italic 1 1", "bold 0 1, bold 1 1, italic 1 1"),
        ("bold 0 2, bold 2 2", "bold 0 4"),
        ("bold 0 3, italic 2 3", "bold 0 2, italic 2 3, bold 2 1"),
        ("bold 0 9, code 3 3", "bold 0 3, code 3 3, bold 6 3"),
        ("code 0 2, bold 1 1", "code 0 2"),
        ("code 0 3, custom_emoji 2 3", "code 0 3"),
        ("blockquote 0 9, code 3 3", "blockquote 0 9, code 3 3"),
        ("blockquote 0 4, code 3 3", "blockquote 0 4"),
        ("blockquote 2 4, bold 0 8", "bold 0 2, blockquote 2 4, bold 2 4, bold 6 2"),
        ("bold 0 4, text_link 0 4", "text_link 0 4, bold 0 4"),
        ("bold 0 0, italic 0 1", "italic 0 1"),
    ],
)
def test_entities_stand_together_as_telegram_lets_them(given: str, kept: str) -> None:
    assert nested(entities(given)) == entities(kept)
    assert nested(entities(kept)) == entities(kept)


def test_bold_is_cut_where_a_command_is_found() -> None:
    assert settled("see /help now", [entity("bold", 0, 13)]) == (
        "see /help now",
        entities("bold 0 4, bot_command 4 5, bold 4 5, bold 9 4"),
    )


def test_characters_telegram_takes_out_move_the_entities_after_them() -> None:
    marks = entities("bold 3 1, italic 4 1, italic 6 1")
    assert settled("a\r\tb\u202e c", marks) == ("a b c", entities("bold 2 1, italic 4 1"))


def test_white_space_around_goes_and_entities_move_along() -> None:
    assert trimmed(*parse_html("  \n<b> a </b> ")) == ("a", [entity("bold", 0, 1)])


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=8)


@given(WORDS)
def test_any_escaped_text_is_read_as_it_was(text: str) -> None:
    assert parse_html(html.escape(text, quote=False)) == (text, [])


@st.composite
def sources(draw: st.DrawFn, depth: int = 2) -> str:
    pieces = [html.escape(draw(WORDS))]
    for tag in draw(st.lists(st.sampled_from(["b", "i", "u", "s", "tg-spoiler"]), max_size=2)):
        inner = draw(sources(depth=depth - 1)) if depth else html.escape(draw(WORDS))
        pieces.append(f"<{tag}>{inner}</{tag}>{html.escape(draw(WORDS))}")
    return "".join(pieces)


@given(sources())
def test_html_of_what_was_read_reads_the_same_again(source: str) -> None:
    plain, marks = parse_html(source)
    again, marks_again = parse_html(to_html(plain, marks))
    assert again == plain
    assert {tuple(mark.items()) for mark in marks_again} == {tuple(mark.items()) for mark in marks}
    assert all(0 <= mark["offset"] < mark["offset"] + mark["length"] <= utf16(plain) for mark in marks)


@given(st.text(st.sampled_from("<>/b i=\"'&;a&#x1"), max_size=20))
def test_no_text_breaks_the_reader(source: str) -> None:
    with contextlib.suppress(Refusal):
        plain, marks = parse_html(source)
        assert all(mark["offset"] + mark["length"] <= utf16(plain) for mark in marks)
