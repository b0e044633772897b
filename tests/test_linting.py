"""The linter: what could say who somebody is, in any script; what only looks so; and how long it takes."""

import itertools
import time

import pytest

from benchmarks.corpus import corpus
from benchmarks.linting import measured
from bot.linting import Found, names_in, suggest
from dialogs.letters import folded

HELD = ("phone", "email", "handle", "id", "coordinates")
"""Kinds of which at least LEAST of a hundred are found, in every script."""

LEAST, RIGHT = 0.95, 0.9


def found(text: str, **more: list[str]) -> list[tuple[str, str]]:
    return [(str(span.kind), text[span.start : span.end]) for span in suggest(text, **more)]


def test_what_identifies_is_found_in_every_script() -> None:
    """S36: on a corpus made from a seed; the table of docs/figures.md is of a larger one."""
    recall, precision = measured(corpus(36, 80))
    assert len(recall) == 7
    for script, kinds in recall.items():
        for kind in HELD:
            hit, of = kinds[kind]
            assert of >= 10, (script, kind)
            assert hit >= LEAST * of, (script, kind, hit, of)
        right, suggested = precision[script]
        assert right >= RIGHT * suggested, script


@pytest.mark.parametrize(
    ("text", "kind", "span"),
    [
        ("call +261 34 12 345 67 please", "phone", "+261 34 12 345 67"),
        ("اتصلوا ٠٩٣٣-١٢٣-٤٥٦ الآن", "phone", "٠٩٣٣-١٢٣-٤٥٦"),
        ("شماره ۰۹۱۲ ۳۴۵ ۶۷۸۹ است", "phone", "۰۹۱۲ ۳۴۵ ۶۷۸۹"),
        ("फ़ोन ९८४१-२३४५६७ है", "phone", "९८४१-२३४५६७"),
        ("ফোন ০১৭১২৩৪৫৬৭৮", "phone", "০১৭১২৩৪৫৬৭৮"),
        ("tél. ０３４ １２ ３４５ ６７", "phone", "０３４ １２ ３４５ ６７"),
        ("0\u200e3\u200b4\u206012\u061c345\ufeff67", "phone", "0\u200e3\u200b4\u206012\u061c345\ufeff67"),
        ("write sara (at) mail dot com", "email", "sara (at) mail dot com"),
        ("mail ａ@example.org", "email", "ａ@example.org"),
        ("see https://t.me/sara_k!", "handle", "https://t.me/sara_k"),
        ("see www.example.org/a?b=1.", "link", "www.example.org/a?b=1"),
        ("plate 1234 TAB", "id", "1234 TAB"),
        ("пластина А123ВС77", "id", "А123ВС77"),
        ("سيارة أ ب ج ١٢٣٤", "id", "أ ب ج ١٢٣٤"),
        ("at −18.8792, 47.5079 now", "coordinates", "−18.8792, 47.5079"),
        ("18°52′45″S 47°30′00″E", "coordinates", "18°52′45″S 47°30′00″E"),
        ("عند ٣٣٫٥١٣٨، ٣٦٫٢٧٦٥", "coordinates", "٣٣٫٥١٣٨، ٣٦٫٢٧٦٥"),
        ("le 12 mars 2024 au matin", "date", "12 mars 2024"),
        ("১২ মার্চ ২০২৪", "date", "১২ মার্চ ২০২৪"),
        ("५ फ़रवरी को", "date", "५ फ़रवरी"),
        ("they came at 14h30 sharp", "time", "14h30"),
    ],
)
def test_one_of_each(text: str, kind: str, span: str) -> None:
    """S36."""
    assert (kind, span) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "rice costs 12 500 000 Ar, or 2,500 a cup, or 250000 FCFA",
        "from 2019-2024, in 2020 300 000 people came, 24/7",
        "my receipt is MG-7K2P, I am 34, with 3 children",
        "السعر ٢٥٠٠٠٠ ليرة في عام ٢٠٢٣",
        "চাল ৫০০০০০ টাকা, ২০২৩ সালে",
        "500kg, covid19, 4x4, the 1990s",
        "In May 2024 it was 38°, and then 3 to 4",
    ],
)
def test_prices_years_counts_and_receipts_are_left(text: str) -> None:
    assert found(text) == []


def test_names_are_suggested_by_capitals_by_what_comes_before_and_by_other_answers() -> None:
    """S36: countries stay."""
    text = "Yesterday we saw Rakoto Jean in Madagascar. The school is shut."
    assert found(text, keep=["Madagascar"]) == [("name", "Rakoto Jean")]
    assert found("मेरा नाम सीता है") == [("name", "सीता")]
    assert found("rasoa m’a aidée") == []
    assert found("rasoa m’a aidée", names=["Rasoa Marie"]) == [("name", "rasoa")]
    assert found("昨天李小明来了", names=["李小明"]) == [("name", "李小明")]
    assert names_in("It is Bakoly who helps us.") == ["Bakoly"]


def test_what_may_stay_is_made_comparable_once_for_all_texts() -> None:
    """Thousands of names of countries belong to each form, and each text that is published is looked at."""
    keep = frozenset(map("".join, itertools.product("abcdefghijklmno", repeat=3)))
    suggest("It rains.", keep=keep)
    before = folded.cache_info()
    assert names_in("We left Abc with Bakoly.", keep) == ["Bakoly"]
    after = folded.cache_info()
    assert after.hits + after.misses - before.hits - before.misses < 100


def test_spans_are_in_order_apart_and_in_code_points() -> None:
    text = "🙂 t.me/sara, 0341234567, sara@example.org 🙂"
    spans = suggest(text)
    assert [span.kind for span in spans] == [Found.HANDLE, Found.PHONE, Found.EMAIL]
    assert [text[span.start : span.end] for span in spans] == ["t.me/sara", "0341234567", "sara@example.org"]
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "1-",
        "a.",
        "a@",
        "A1-",
        "°1'",
        "1.1234, ",
        "Ab ",
        "(+",
        "a at a dot ",
        "1\u200b",
        "1 ب ",
        "x.y-",
        "अा",
        "@ ",
    ],
)
def test_the_time_grows_with_the_length_alone(piece: str) -> None:
    """S36: 100 kB of what patterns stumble over, against an eighth of it: eight times as much, not sixty-four."""

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        began = time.process_time()
        suggest(text, names=["Rakoto"])
        return time.process_time() - began

    small = min(seconds(12_500) for _ in range(3))
    assert min(seconds(100_000) for _ in range(2)) < 28 * max(small, 0.002)
