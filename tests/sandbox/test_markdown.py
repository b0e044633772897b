"""Telegram's two Markdowns: what they mean and how they are refused."""

import contextlib
from collections.abc import Callable

import pytest
from aiogram.types import MessageEntity
from aiogram.utils import markdown
from aiogram.utils.text_decorations import markdown_decoration
from hypothesis import given
from hypothesis import strategies as st
from telegram.helpers import escape_markdown, mention_markdown

from sandbox import Sandbox
from sandbox.entities import cleaned, nested, settled, utf16
from sandbox.markdown import parse_markdown, parse_markdown_v2
from sandbox.refusal import Refusal
from tests.sandbox.bots import Json, done, refused
from tests.sandbox.test_entities import entities, entity

LINK = {"url": "https://example.org/a_b"}
EMOJI = {"custom_emoji_id": "5368324170671202286"}


@pytest.mark.parametrize(
    ("source", "plain", "marks"),
    [
        ("plain. text-with! (marks) ~x~ > #", "plain. text-with! (marks) ~x~ > #", []),
        ("*b* _i_ `c`", "b i c", entities("bold 0 1, italic 2 1, code 4 1")),
        ("😀*é*", "😀é", [entity("bold", 2, 1)]),
        (r"\*a\_b\`c\[d\] \x", r"*a_b`c[d\] \x", []),
        ("*a_b*", "a_b", [entity("bold", 0, 3)]),
        ("**x", "x", []),
        ("[site](https://example.org/a_b)", "site", [entity("text_link", 0, 4, **LINK)]),
        ("[example.org]", "example.org", [entity("text_link", 0, 11, url="http://example.org/")]),
        ("[nowhere](javascript:x)", "nowhere", []),
        ("[open](example.org", "open", [entity("text_link", 0, 4, url="http://example.org/")]),
        ("```\nx = 1\n```", "x = 1\n", [entity("pre", 0, 6)]),
        ("```python\nx```", "x", [entity("pre", 0, 1, language="python")]),
        ("```python```", "python", [entity("pre", 0, 6)]),
    ],
)  # fmt: skip
def test_the_legacy_markdown_becomes_text_and_entities(source: str, plain: str, marks: list[Json]) -> None:
    assert parse_markdown(source) == (plain, marks)


@pytest.mark.parametrize(
    ("source", "offset"), [("a *b", 2), ("é_b", 2), ("[x", 0), ("```x``", 0), ("*a* `b", 4)]
)
def test_an_open_legacy_entity_is_refused_in_telegrams_words(source: str, offset: int) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_markdown(source)
    assert refusal.value.description == (
        f"Bad Request: can't parse entities: Can't find end of the entity starting at byte offset {offset}"
    )


@pytest.mark.parametrize(
    ("source", "plain", "marks"),
    [
        (r"1\. a\-b\! \\ \é", r"1. a-b! \ \é", []),
        ("*b* _i_ __u__ ~s~ ||p||", "b i u s p",
         entities("bold 0 1, italic 2 1, underline 4 1, strikethrough 6 1, spoiler 8 1")),
        ("*a _b __c__ d_*", "a b c d", entities("bold 0 7, italic 2 5, underline 4 1")),
        ("😀*é*", "😀é", [entity("bold", 2, 1)]),
        ("**", "", []),
        ("`a*b_.` ", "a*b_. ", [entity("code", 0, 5)]),
        (r"`a\`b\\`", r"a`b\ ".rstrip(), [entity("code", 0, 4)]),
        ("```python\nx = [1]\n```", "x = [1]\n", [entity("pre", 0, 8, language="python")]),
        ("```\nx```", "x", [entity("pre", 0, 1)]),
        ("[a *b*](https://example.org/a_b)", "a b", [entity("text_link", 0, 3, **LINK), entity("bold", 2, 1)]),
        (r"[a](https://example.org/\))", "a", [entity("text_link", 0, 1, url="https://example.org/)")]),
        ("[a](tg://user?id=7)", "a", [entity("text_mention", 0, 1, user={"id": 7})]),
        (r"[example\.org]", "example.org", [entity("text_link", 0, 11, url="http://example.org/")]),
        ("![👍](tg://emoji?id=5368324170671202286)", "👍", [entity("custom_emoji", 0, 2, **EMOJI)]),
        (">a\n>b\nc", "a\nb\nc", [entity("blockquote", 0, 4)]),
        ("a\n>b", "a\nb", [entity("blockquote", 2, 1)]),
        (">a\n>b||\nc", "a\nb\nc", [entity("expandable_blockquote", 0, 4)]),
        (">a||", "a", [entity("expandable_blockquote", 0, 1)]),
        (">*a*\n**>b", "a\nb", entities("blockquote 0 2, bold 0 1, blockquote 2 1")),
    ],
)  # fmt: skip
def test_markdown_v2_becomes_text_and_entities(source: str, plain: str, marks: list[Json]) -> None:
    assert parse_markdown_v2(source) == (plain, marks)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("a.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a|b", "Character '|' is reserved and must be escaped with the preceding '\\'"),
        ("a!", "Character '!' is reserved and must be escaped with the preceding '\\'"),
        ("a >b", "Character '>' is reserved and must be escaped with the preceding '\\'"),
        ("*a]*", "Character ']' is reserved and must be escaped with the preceding '\\'"),
        ("12345*b", "Can't find end of Bold entity at byte offset 5"),
        ("é_b", "Can't find end of Italic entity at byte offset 2"),
        ("__b_", "Can't find end of Italic entity at byte offset 3"),
        ("~b", "Can't find end of Strikethrough entity at byte offset 0"),
        ("||b|", "Character '|' is reserved and must be escaped with the preceding '\\'"),
        ("||b", "Can't find end of Spoiler entity at byte offset 0"),
        ("`b*", "Can't find end of Code entity at byte offset 0"),
        ("```b``", "Can't find end of Pre entity at byte offset 0"),
        ("```py\nb", "Can't find end of PreCode entity at byte offset 0"),
        ("[b", "Can't find end of TextUrl entity at byte offset 0"),
        ("[b](example.org", "Can't find end of a URL at byte offset 4"),
        ("![b]", "Custom emoji entity must contain a tg://emoji URL"),
        ("![b](tg://emoji?id=1", "Can't find end of a custom emoji URL at byte offset 5"),
        ("![b](https://example.org)", "Custom emoji URL must have scheme tg"),
        ("![b](tg://user?id=1)", 'Custom emoji URL must have host "emoji"'),
        ("![b](tg://emoji?no=1)", "Custom emoji URL must have an emoji identifier"),
        ("![b](tg://emoji?id=no)", "Invalid custom emoji identifier specified"),
        (">*a\nb*", "Can't find end of Bold entity at byte offset 1"),
        (">*a", "Can't find end of Bold entity at byte offset 1"),
    ],
)
def test_broken_markdown_v2_is_refused_in_telegrams_words(source: str, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_markdown_v2(source)
    assert refusal.value.description == f"Bad Request: can't parse entities: {words}"


async def test_a_bot_may_write_in_either_markdown() -> None:
    async with Sandbox() as sandbox:
        amina = sandbox.person("Amina", started=True)
        first = await done(sandbox, "sendMessage", chat_id=amina.id, text="*a*\\_", parse_mode="Markdown")
        second = await done(
            sandbox, "sendMessage", chat_id=amina.id, text="__a__\\.", parse_mode="MarkdownV2"
        )
        words = await refused(sandbox, "sendMessage", chat_id=amina.id, text="a.", parse_mode="markdownv2")
    assert (first["text"], first["entities"]) == ("a_", [entity("bold", 0, 1)])
    assert (second["text"], second["entities"]) == ("a.", [entity("underline", 0, 1)])
    assert words.startswith("Bad Request: can't parse entities: Character '.' is reserved")


# what the libraries write is read as they meant it

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12)
LETTERS = st.text(st.sampled_from("aé😀 _*`[]()~>#+-=|{}.!\\"), min_size=1, max_size=8)


@given(WORDS)
def test_any_text_python_telegram_bot_escapes_is_read_as_it_was(text: str) -> None:
    assert parse_markdown_v2(escape_markdown(text, 2)) == (text, [])
    if "\\" not in text:
        assert parse_markdown(escape_markdown(text, 1)) == (text, [])


@given(LETTERS)
def test_escaped_code_and_mentions_of_python_telegram_bot_are_read_as_they_were(text: str) -> None:
    size = utf16(text)
    assert parse_markdown_v2(f"`{escape_markdown(text, 2, 'code')}`") == (text, [entity("code", 0, size)])
    mention = mention_markdown(7, text, 2)
    assert parse_markdown_v2(mention) == (text, [entity("text_mention", 0, size, user={"id": 7})])


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (markdown.bold, "bold"),
        (markdown.italic, "italic"),
        (markdown.underline, "underline"),
        (markdown.strikethrough, "strikethrough"),
    ],
)
@given(text=LETTERS)
def test_what_aiograms_helpers_write_is_read_as_meant(
    write: Callable[[str], str], kind: str, text: str
) -> None:
    assert cleaned(*parse_markdown_v2(write(text))) == (text, [entity(kind, 0, utf16(text))])


KINDS = st.sampled_from(["bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre"])
MARKS = st.builds(entity, KINDS, st.integers(0, 8), st.integers(1, 8))


@given(st.lists(MARKS, max_size=5))
def test_aiograms_markdown_of_what_was_kept_reads_the_same_again(marks: list[Json]) -> None:
    text = "abcdefgh" * 2
    kept = [mark for mark in nested(marks) if mark["type"] != "pre"]
    source = markdown_decoration.unparse(text, [MessageEntity(**mark) for mark in kept])
    assert settled(*parse_markdown_v2(source)) == (text, kept)


@pytest.mark.parametrize("parse", [parse_markdown, parse_markdown_v2])
@given(source=st.text(st.sampled_from("_*`[]()|!>~\n\r\\a."), max_size=20))
def test_no_text_breaks_the_readers(parse: Callable[[str], tuple[str, list[Json]]], source: str) -> None:
    with contextlib.suppress(Refusal):
        plain, marks = parse(source)
        assert all(mark["offset"] + mark["length"] <= utf16(plain) for mark in marks)
