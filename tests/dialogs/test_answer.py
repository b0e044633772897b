import unicodedata
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answer import MAX_TEXT, Fit, Misfit, canonical, coarse, match, numerals, place, read
from dialogs.form import Choice, Kind, Text

TODAY = date(2026, 11, 23)


def value(kind: Kind, words: str, language: str = "en") -> str:
    """The canonical value, or the reason why not after "!"."""
    found = read(kind, words, today=TODAY, language=language)
    return found.value if isinstance(found, Fit) else f"!{found.reason}"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("12", "12"),
        ("  12 ", "12"),
        ("007", "7"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("-0", "0"),
        ("١٢", "12"),
        ("۱۲", "12"),
        ("१२", "12"),
        ("১২", "12"),
        ("１２", "12"),
        ("1,234", "1234"),
        ("1.234", "1234"),
        ("1 234", "1234"),
        ("1\u202f234", "1234"),
        ("1'234", "1234"),
        ("١٬٢٣٤", "1234"),
        ("1,00,000", "100000"),
        ("1.000.000", "1000000"),
        ("3 enfants", "3"),
        ("about 5", "5"),
        ("12.0", "12"),
        ("12.5", "!not_whole"),
        ("1,5", "!not_whole"),
        ("twelve", "!not_a_number"),
        ("", "!not_a_number"),
        ("2-3", "!not_a_number"),
        ("1,2,3", "!not_a_number"),
        ("12,34,5", "!not_a_number"),
        ("I have 3 sons and I am afraid", "!not_a_number"),
        ("9" * 16, "!too_long"),
    ],
)
def test_whole_numbers_are_read_in_any_script_and_grouping(words: str, expected: str) -> None:
    assert value(Kind.INTEGER, words) == expected


@pytest.mark.parametrize(
    ("words", "language", "expected"),
    [
        ("3.5", "en", "3.5"),
        ("3,5", "en", "3.5"),
        ("3,50", "fr", "3.5"),
        ("٣٫٥", "ar", "3.5"),
        ("٣،٥", "ar", "3.5"),
        ("1,234", "en", "1234"),
        ("1,234", "fr", "1.234"),
        ("0,500", "en", "0.5"),
        ("1.234", "en", "1.234"),
        ("1,234.5", "en", "1234.5"),
        ("1.234,5", "fr", "1234.5"),
        ("1 234,5", "fr", "1234.5"),
        ("12 34,5", "fr", "!not_a_number"),
    ],
)
def test_decimals_take_a_comma_or_a_point(words: str, language: str, expected: str) -> None:
    assert value(Kind.DECIMAL, words, language) == expected
    assert value(Kind.RANGE, words, language) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2026-11-23", "2026-11-23"),
        ("2026/1/2", "2026-01-02"),
        ("2026年11月23日", "2026-11-23"),
        ("23/11/2026", "2026-11-23"),
        ("23.11.26", "2026-11-23"),
        ("23 11 1998", "1998-11-23"),
        ("1/2/98", "1998-02-01"),
        ("11/23/2026", "2026-11-23"),
        ("٢٣/١١/٢٠٢٦", "2026-11-23"),
        ("२३-११-२०२६", "2026-11-23"),
        ("23 November 2026", "2026-11-23"),
        ("November 23rd, 2026", "2026-11-23"),
        ("23 nov 2026", "2026-11-23"),
        ("1er mars 2025", "2025-03-01"),
        ("le 5 août 2020", "2020-08-05"),
        ("5 AOUT 2020", "2020-08-05"),
        ("٢٣ نوفمبر ٢٠٢٦", "2026-11-23"),
        ("5 كانون الثاني 2024", "2024-01-05"),
        ("5 أيلول 2024", "2024-09-05"),
        ("5 de marzo de 2021", "2021-03-05"),
        ("23 ноября 2026", "2026-11-23"),
        ("5/3", "2026-03-05"),
        ("31 décembre", "2025-12-31"),
        ("today", "2026-11-23"),
        ("Aujourd’hui", "2026-11-23"),
        ("اليوم", "2026-11-23"),
        ("hier", "2026-11-22"),
        ("أمس", "2026-11-22"),
        ("avant-hier", "2026-11-21"),
        ("30/02/2026", "!not_a_date"),
        ("2026-13-01", "!not_a_date"),
        ("5 jui 2020", "!not_a_date"),
        ("2020", "!not_a_date"),
        ("soon", "!not_a_date"),
        ("", "!not_a_date"),
    ],
)
def test_dates_are_read_as_people_write_them(words: str, expected: str) -> None:
    assert value(Kind.DATE, words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("14:30", "14:30:00"),
        ("14h30", "14:30:00"),
        ("14.30", "14:30:00"),
        ("8 h", "08:00:00"),
        ("8am", "08:00:00"),
        ("2:30 pm", "14:30:00"),
        ("2:30 p.m.", "14:30:00"),
        ("12 am", "00:00:00"),
        ("12 pm", "12:00:00"),
        ("٢:٣٠ م", "14:30:00"),
        ("14:30:15", "14:30:15"),
        ("8", "!not_a_time"),
        ("25:00", "!not_a_time"),
        ("13 pm", "!not_a_time"),
    ],
)
def test_times_are_read_as_people_write_them(words: str, expected: str) -> None:
    assert value(Kind.TIME, words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2026-11-23T14:30", "2026-11-23T14:30:00"),
        ("23/11/2026 14:30", "2026-11-23T14:30:00"),
        ("14h30 hier", "2026-11-22T14:30:00"),
        ("23 November 2026, 2:30 pm", "2026-11-23T14:30:00"),
        ("23/11/2026", "!not_a_moment"),
    ],
)
def test_a_moment_is_a_date_and_a_time(words: str, expected: str) -> None:
    assert value(Kind.DATETIME, words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("-18.91, 47.52", "-18.91 47.52 0 0"),
        ("-18.91 47.52", "-18.91 47.52 0 0"),
        ("18,91 S 47,52 E", "-18.91 47.52 0 0"),
        ("E 2.35, N 48.85", "48.85 2.35 0 0"),
        ("٤٨٫٨٥، ٢٫٣٥", "48.85 2.35 0 0"),
        ("91, 0", "!not_a_place"),
        ("0, 181", "!not_a_place"),
        ("1 N 2 N", "!not_a_place"),
        ("Antananarivo", "!not_a_place"),
    ],
)
def test_a_place_is_latitude_and_longitude(words: str, expected: str) -> None:
    assert value(Kind.GEOPOINT, words) == expected


def test_a_shared_place_has_the_same_form_as_a_written_one() -> None:
    assert place(-18.91, 47.52) == value(Kind.GEOPOINT, "-18.91, 47.52")
    assert place(-0.0000001, 1 / 3) == "0 0.333333 0 0"


def test_a_place_may_be_kept_less_exactly() -> None:
    """S5: rounded before it is kept."""
    assert coarse("-18.912345 47.561 0 0", 1) == "-18.9 47.6 0 0"
    assert coarse("-0.04 47.561 0 0", 0) == "0 48 0 0"


def test_words_that_answer_no_words_question_say_what_is_needed() -> None:
    reasons = {kind: read(kind, "hello", today=TODAY, language="en") for kind in Kind}
    assert {kind: found.reason for kind, found in reasons.items() if isinstance(found, Misfit)} == {
        Kind.INTEGER: "not_a_number",
        Kind.DECIMAL: "not_a_number",
        Kind.RANGE: "not_a_number",
        Kind.SELECT_ONE: "not_a_choice",
        Kind.SELECT_MULTIPLE: "not_a_choice",
        Kind.RANK: "not_a_choice",
        Kind.ACKNOWLEDGE: "not_a_choice",
        Kind.DATE: "not_a_date",
        Kind.TIME: "not_a_time",
        Kind.DATETIME: "not_a_moment",
        Kind.GEOPOINT: "not_a_place",
        Kind.IMAGE: "needs_photo",
        Kind.AUDIO: "needs_voice",
        Kind.VIDEO: "needs_video",
        Kind.GEOTRACE: "not_valid",
        Kind.GEOSHAPE: "not_valid",
        Kind.FILE: "needs_file",
        Kind.NOTE: "not_valid",
    }


def test_a_text_is_kept_as_it_was_written_but_for_the_space_around_it() -> None:
    assert value(Kind.TEXT, "  first\r\nsecond \n") == "first\nsecond"
    assert value(Kind.TEXT, " \u202e ") == "!needs_words"
    assert value(Kind.TEXT, "x" * MAX_TEXT) == "x" * MAX_TEXT
    assert value(Kind.TEXT, "x" * (MAX_TEXT + 1)) == "!too_long"


@pytest.mark.parametrize(
    "words",
    ["می‌خواهم", "क्षत्रिय", "👨‍👩‍👧‍👦 ❤️", "مَدَارِس", "Tiếng Việt", "שָׁלוֹם", "တက္ကသိုလ်", "a\tb\nc", "বাংলা"],
)
def test_real_words_of_every_script_are_left_alone(words: str) -> None:
    """S13: joiners, vowel signs and emoji sequences stay."""
    assert canonical(words) == unicodedata.normalize("NFC", words)


def test_what_could_hide_or_turn_words_is_dropped() -> None:
    """S13: control characters, lone surrogates, bidirectional overrides; marks piled up are capped."""
    assert canonical("a\x00b\x1b[31m\x85c\ud800d\u202ee\u2066f") == "ab[31mcdef"
    assert canonical("z" + "\u0301" * 50) == "ź" + "\u0301" * 6
    assert canonical("e\u0301") == "é"


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_canonical_text_stays_as_it_is(words: str) -> None:
    """S13: doing it twice changes nothing."""
    once = canonical(words)
    assert canonical(once) == once


@given(st.sampled_from(list(Kind)), st.text(max_size=40), st.sampled_from(["en", "fr", "ar", ""]))
def test_whatever_is_written_fits_or_has_a_reason(kind: Kind, words: str, language: str) -> None:
    assert isinstance(read(kind, words, today=TODAY, language=language), Fit | Misfit)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2028, 12, 31)))
def test_a_date_written_back_is_the_same_date(day: date) -> None:
    assert value(Kind.DATE, day.isoformat()) == day.isoformat()
    assert value(Kind.DATE, f"{day.day}/{day.month}/{day.year}") == day.isoformat()


@given(st.integers(min_value=-(10**14), max_value=10**14), st.sampled_from(["", ",", ".", " ", "'"]))
def test_a_number_is_read_whatever_stands_between_its_thousands(number: int, separator: str) -> None:
    assert value(Kind.INTEGER, f"{number:,}".replace(",", separator)) == str(number)


SCRIPTS = {
    "Arabic-Indic": 0x660,
    "Persian": 0x6F0,
    "Devanagari": 0x966,
    "Bengali": 0x9E6,
    "fullwidth": 0xFF10,
    "ours": 0x30,
}


def in_script(words: str, zero: int) -> str:
    """The same with another script's digits."""
    return "".join(chr(zero + int(each)) if each.isdecimal() and each.isascii() else each for each in words)


SCRIPT = st.sampled_from(sorted(SCRIPTS.values()))


@given(
    st.integers(min_value=-(10**12), max_value=10**12),
    SCRIPT,
    st.sampled_from(["", ",", "٬", " ", "\u202f", "’"]),
)
def test_a_whole_number_is_read_in_every_script_with_any_thousands_mark(
    number: int, zero: int, mark: str
) -> None:
    assert value(Kind.INTEGER, in_script(f"{number:,}".replace(",", mark), zero)) == str(number)


@given(
    st.integers(min_value=0, max_value=10**9),
    st.integers(min_value=1, max_value=99),
    SCRIPT,
    st.sampled_from([".", ",", "٫", "،"]),
)
def test_a_fraction_is_read_in_every_script_behind_any_decimal_mark(
    whole: int, hundredths: int, zero: int, mark: str
) -> None:
    expected = f"{whole}.{hundredths:02}".rstrip("0")
    for kind in (Kind.DECIMAL, Kind.RANGE):
        assert value(kind, in_script(f"{whole}{mark}{hundredths:02}", zero)) == expected


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2028, 12, 31)), SCRIPT, st.sampled_from("/-. "))
def test_a_date_is_read_in_every_script(day: date, zero: int, mark: str) -> None:
    written = in_script(f"{day.day}{mark}{day.month:02}{mark}{day.year}", zero)
    assert value(Kind.DATE, written) == day.isoformat()


@given(st.times(), SCRIPT)
def test_a_time_is_read_in_every_script(clock: time, zero: int) -> None:
    assert value(Kind.TIME, in_script(f"{clock.hour}:{clock.minute:02}", zero)) == f"{clock:%H:%M}:00"


@given(
    st.lists(st.integers(min_value=0, max_value=999), min_size=1, max_size=5),
    SCRIPT,
    st.sampled_from(",،、 ؛"),
)
def test_numbers_of_choices_are_read_in_every_script(numbers: list[int], zero: int, mark: str) -> None:
    assert numerals(in_script(f"{mark} ".join(map(str, numbers)), zero)) == numbers


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2)", [2]),
        ("#2", [2]),
        ("٢.", [2]),
        ("(3)", [3]),
        ("2 or 3", []),
        ("1.5", [1, 5]),
        ("", []),
        ("12345", []),
    ],
)
def test_a_number_on_a_list_may_be_written_as_it_stands_there(words: str, expected: list[int]) -> None:
    assert numerals(words) == expected


@pytest.mark.parametrize(
    ("appearance", "words", "expected"),
    [
        ("year", "2020", "2020-01-01"),
        ("year", "٢٠٢٠", "2020-01-01"),
        ("year", "mars 2020", "2020-01-01"),
        ("year", "15/03/2020", "2020-01-01"),
        ("year", "20", "!not_a_year"),
        ("month-year", "03/2020", "2020-03-01"),
        ("month-year", "2020-3", "2020-03-01"),
        ("month-year", "mars 2020", "2020-03-01"),
        ("month-year", "in March of 2020", "!not_a_month"),
        ("month-year", "مارس ٢٠٢٠", "2020-03-01"),
        ("month-year", "2020年3月", "2020-03-01"),
        ("month-year", "15 March 2020", "2020-03-01"),
        ("month-year", "13/2020", "!not_a_month"),
    ],
)
def test_a_date_may_be_only_a_year_or_a_month(appearance: str, words: str, expected: str) -> None:
    found = read(Kind.DATE, words, today=TODAY, language="en", appearance={appearance})
    assert (found.value if isinstance(found, Fit) else f"!{found.reason}") == expected


def choice(name: str, *labels: str, aliases: str = "") -> Choice:
    languages = ("en", "fr", "ar")
    by_language = {code: (label,) for code, label in zip(languages, labels, strict=False)}
    return Choice(name, Text(by_language), {"aliases": aliases} if aliases else {})


COUNTRIES = (
    choice("MG", "Madagascar", "Madagascar", "مدغشقر", aliases="Madagasikara"),
    choice("GN", "Guinea", "Guinée", "غينيا"),
    choice("GW", "Guinea-Bissau", "Guinée-Bissau", "غينيا بيساو"),
    choice("GQ", "Equatorial Guinea", "Guinée équatoriale", "غينيا الاستوائية"),
    choice("CI", "Côte d’Ivoire", "Côte d’Ivoire", "ساحل العاج", aliases="Ivory Coast; Cote Ivoire"),
    choice("NE", "Niger", "Niger", "النيجر"),
    choice("NG", "Nigeria", "Nigéria", "نيجيريا"),
    choice("DZ", "Algeria", "Algérie", "الجزائر"),
    choice("XX", "😀"),
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Madagascar", ["MG"]),
        ("MADAGASCAR!", ["MG"]),
        ("مَدَغَشقر", ["MG"]),
        ("madagasikara", ["MG"]),
        ("Madagaskar", ["MG"]),
        ("je vis à Madagascar", ["MG"]),
        ("guinea", ["GN"]),
        ("Guinee", ["GN"]),
        ("I live in Guinea-Bissau", ["GW"]),
        ("bissau", ["GW"]),
        ("gui", ["GN", "GW", "GQ"]),
        ("cote d'ivoire", ["CI"]),
        ("ivory coast", ["CI"]),
        ("niger", ["NE"]),
        ("nige", ["NE", "NG"]),
        ("الجزاير", ["DZ"]),
        ("غينيا", ["GN"]),
        ("😀", ["XX"]),
        ("zzz", []),
        ("", []),
        ("?!", []),
    ],
)
def test_words_find_the_choices_they_may_mean(words: str, expected: list[str]) -> None:
    assert [COUNTRIES[i].name for i in match(words, COUNTRIES)] == expected


def test_a_label_is_stronger_than_an_alias() -> None:
    choices = (choice("a", "Congo", aliases="Zaire"), choice("b", "Zaire"))
    assert match("zaire", choices) == (1,)


def test_short_words_are_never_taken_for_misspelt_ones() -> None:
    choices = (choice("yes", "Yes"), choice("no", "No"))
    assert match("ye", choices) == (0,)
    assert match("yas", choices) == ()
    assert match("not sure", choices) == ()


@given(st.text(max_size=30))
def test_matching_never_fails_and_names_each_choice_once(words: str) -> None:
    found = match(words, COUNTRIES)
    assert len(set(found)) == len(found)
    assert all(0 <= i < len(COUNTRIES) for i in found)
