"""What a form shows with its words: read from what lies beside it, said with the question, in her language."""

import pytest

from dialogs.check import check
from dialogs.effect import Ask, Say, Show
from dialogs.form import Form, FormError
from dialogs.reading.shown import MOST, mime_of
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import read_workbook
from dialogs.transcript import rehearse
from tests.dialogs.walker import SETTINGS, Talk
from tests.pictures import MP3, MP4, OPUS, png

FILES = {f"{name}.png": png(shade) for shade, name in enumerate("abcdefghijklmn")}
FILES |= {"ar.png": png(200), "a.mp3": MP3, "a.mp4": MP4}

SPOKEN = ("English (en)", "Arabic (ar)")


def form_of(table: str, files: dict[str, bytes] | None = None) -> Form:
    xml, rows = read_workbook(table + SETTINGS, name="f", kind=".md")
    return read_xform(xml, rows=rows, files=FILES if files is None else files)


def shown(effect: Ask | Say) -> list[tuple[str, str]]:
    return [(each.name, each.label) for each in effect.shows]


def test_a_question_shows_what_its_row_names_in_her_language() -> None:
    columns = [f"{column}::{language}" for column in ("label", "media::image") for language in SPOKEN]
    table = f"""
| survey |
| | type | name | {" | ".join(columns)} | media::audio::English (en) |
| | text | a | A | أ | a.png | ar.png | a.mp3 |
| | text | b | B | ب | | | |
"""
    form = form_of(table)
    assert [str(issue) for issue in check(form)] == []
    digest = form.files["a.png"].digest
    assert Talk(form).ask.shows[0] == Show("image/png", "a.png", digest)
    assert shown(Talk(form).ask) == [("a.png", ""), ("a.mp3", "")]
    assert shown(Talk(form, language="ar").ask) == [("ar.png", ""), ("a.mp3", "")]
    talk = Talk(form)
    talk.say("x")
    assert talk.ask.shows == ()


def test_the_large_picture_is_shown_where_there_are_two() -> None:
    table = """
| survey |
| | type | name | label::English (en) | media::image::English (en) | media::big-image::English (en) |
| | text | a | A | a.png | b.png |
"""
    assert shown(Talk(form_of(table)).ask) == [("b.png", "")]


@pytest.mark.parametrize("default", ["French (fr)", ""])
def test_a_picture_without_a_language_is_for_all(default: str) -> None:
    """As most write it: one picture, labels in two languages."""
    table = f"""
| survey |
| | type | name | label::English (en) | label::French (fr) | media::image |
| | text | a | A | À | a.png |
| | text | b | B | Bé | |
| settings |
| | form_id | version | default_language |
| | f | 1 | {default} |
"""
    xml, rows = read_workbook(table, name="f", kind=".md")
    form = read_xform(xml, rows=rows, files=FILES)
    assert (form.languages, form.default_language) == (("en", "fr"), "fr" if default else "en")
    assert [str(issue) for issue in check(form)] == []
    for language, label in (("en", "A"), ("fr", "À"), ("ar", "À" if default else "A")):
        ask = Talk(form, language=language).ask
        assert (ask.paragraphs, shown(ask)) == ((label,), [("a.png", "")])


def test_what_notes_and_groups_show_comes_with_the_question_after_them() -> None:
    table = """
| survey |
| | type | name | label::English (en) | media::image::English (en) |
| | note | n | Look | a.png |
| | begin_group | g | Crops | b.png |
| | text | x | X | c.png |
| | end_group | | | |
| | begin_repeat | r | Child | d.png |
| | text | y | Y | |
| | end_repeat | | | |
| | note | e | Goodbye | e.png |
"""
    talk = Talk(form_of(table))
    assert shown(talk.ask) == [("a.png", ""), ("b.png", ""), ("c.png", "")]
    talk.say("x")
    assert shown(talk.ask) == [("d.png", "")]
    talk.say("y")
    effects = talk.done()
    assert [shown(each) for each in effects if isinstance(each, Say)] == [[("e.png", "")]]


def test_a_name_may_be_made_of_answers() -> None:
    table = """
| survey |
| | type | name | label::English (en) | media::image::English (en) |
| | text | a | A | |
| | note | n | N | ${a}.png |
| | text | b | B | |
"""
    form = form_of(table)
    assert set(form.files) == set(FILES)
    for said, seen in (("c", [("c.png", "")]), ("ج", [])):
        talk = Talk(form)
        talk.say(said)
        assert shown(talk.ask) == seen


CHOICES = """
| survey |
| | type | name | label::English (en) | choice_filter |
| | text | much | M | |
| | {kind} l | a | A | {filter} |
| choices |
| | list_name | name | label::English (en) | media::image::English (en) | few |
""" + "\n".join(f"| | l | {name} | The {name} | {name}.png | {name < 'd'} |" for name in "abcdefghijkl")


def test_pictures_of_choices_are_numbered_like_their_buttons() -> None:
    few = Talk(form_of(CHOICES.format(kind="select_one", filter="few = 'True'")))
    few.say("x")
    assert shown(few.ask) == [("a.png", "1. The a"), ("b.png", "2. The b"), ("c.png", "3. The c")]
    few.say("2")
    assert few.answers["/f/a"] == "b"


def test_more_pictures_of_choices_than_an_album_holds_are_not_shown() -> None:
    form = form_of(CHOICES.format(kind="select_multiple", filter=""))
    told = [(issue.row, str(issue.cause)) for issue in check(form)]
    assert told == [(3, "12 choices have a picture; a chat shows at most 10 at once.")]
    talk = Talk(form)
    talk.say("x")
    assert talk.ask.shows == ()


def test_a_preview_names_what_is_shown() -> None:
    form = form_of(CHOICES.format(kind="select_one", filter="few = 'True'"))
    assert "Bot: (image b.png: 2. The b)\n" in rehearse(form, "en")


def test_what_was_not_sent_is_told_once_and_left_out() -> None:
    form = form_of(CHOICES.format(kind="select_one", filter="few = 'True'"), {"a.png": png()})
    [issue] = [issue for issue in check(form) if "not sent" in issue.cause]
    assert (issue.advice, issue.sheet, issue.row) == (True, "choices", 3)
    assert str(issue.cause).startswith("The form shows b.png, c.png, ")
    talk = Talk(form)
    talk.say("x")
    assert shown(talk.ask) == [("a.png", "1. The a")]


@pytest.mark.parametrize(
    ("column", "content", "told"),
    [
        ("image", b"<svg/>", "A chat cannot show the file “x” here. Save it as one of these: .jpg, .png"),
        ("image", MP3, "A chat cannot show the file “x” here."),
        ("audio", b"RIFF\0\0\0\0WAVE", "A chat cannot show the file “x” here. Save it as one of these: .mp3"),
        ("video", png(), "A chat cannot show the file “x” here. Save it as one of these: .mp4"),
        ("image", png() + b" " * MOST["image"] * 1024 * 1024, "The file “x” has more than 10 MB."),
        ("video", MP4 + b" " * MOST["video"] * 1024 * 1024, "The file “x” has more than 50 MB."),
    ],
)
def test_what_telegram_does_not_take_is_refused_with_its_row(column: str, content: bytes, told: str) -> None:
    table = f"""
| survey |
| | type | name | label::English (en) | media::{column}::English (en) |
| | text | a | A | x |
"""
    with pytest.raises(FormError) as caught:
        form_of(table, {"x": content})
    [issue] = caught.value.issues
    assert str(issue).startswith(f"survey, row 2, media::{column}, /f/a: {told}")


def test_what_a_file_is_stands_in_its_first_bytes() -> None:
    webp = b"RIFF\0\0\0\0WEBPVP8 "
    known = [png(), b"\xff\xd8\xff\xe0", b"GIF89a", webp, MP3, OPUS, b"\0\0\0\x20ftypM4A ", MP4]
    assert [mime_of(each) for each in known] == [
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "audio/mpeg",
        "audio/ogg",
        "audio/mp4",
        "video/mp4",
    ]
    assert {mime_of(each) for each in (b"", b"%PDF", b"\0\0\0\x18ftyp3gp4", b"OggS" + b"\0" * 60)} == {""}
