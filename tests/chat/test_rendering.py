"""What is said becomes texts Telegram takes, whatever people wrote, in every direction of writing."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import buttons
from bot.chat.rendering import LONGEST, OLD, Key, Media, Rendered, Text, defanged, render
from bot.chat.splitting import units
from bot.speech import (
    Attached,
    Button,
    Buttons,
    Day,
    Fact,
    Lines,
    Message,
    Quote,
    Sentence,
    ShareHere,
)
from bot.words import Catalogs
from dialogs import effect, event
from dialogs.answer import canonical
from sandbox.rules import text_of

CATALOGS = Catalogs.read()
TAG = "a1b2c3d4"
ANY = st.text(max_size=200)
MARKUP = ["<b>", "&amp;", "**x**", "_y_", "[a](b)", "\n\n", "كلمة", "👍🏽"]
TRAPS = [*MARKUP, "https://evil.example/x", "www.evil.example", "@someone", "/accept", "#tag", "me@mail.org"]
LONG = st.lists(ANY | st.sampled_from(TRAPS), max_size=60).map(" ".join)
LANGUAGES = st.sampled_from(["en", "fr", "ar", "mg"])


def shown(*parts: Any, language: str = "en", session: str = TAG) -> list[Rendered]:
    return render(Message(language, parts, session), CATALOGS.words(language), lambda action: action)


def only(*parts: Any, language: str = "en") -> Text:
    (text,) = shown(*parts, language=language)
    assert isinstance(text, Text)
    return text


def without_marks(text: str) -> str:
    """A text without what we add that nobody sees: joiners, isolates, direction marks."""
    return re.sub("[\u2060\u2066-\u2069\u200e\u200f]", "", text)


def taken(texts: list[Rendered]) -> list[str]:
    """What a strict Telegram keeps of each text."""
    kept = []
    for text in texts:
        assert isinstance(text, Text)
        read = text_of({"text": text.html, "parse_mode": "HTML"})
        forbidden = {"url", "mention", "hashtag", "bot_command", "email", "text_link", "cashtag"}
        assert not forbidden & {entity["type"] for entity in read.get("entities", [])}
        kept.append(read["text"])
    return kept


@given(LONG, LANGUAGES)
def test_anybodys_words_are_taken_and_stay_as_they_are(words: str, language: str) -> None:
    """S12: no 400, no link, mention or command is made of them, and nothing of the text is lost."""
    kept = taken(shown(Quote(words), Buttons(((Button("Back", "go"),),)), language=language))
    expected = canonical(words).strip()
    assert "".join(without_marks("".join(kept)).split()) in (
        "".join(without_marks(expected).split()),
        "…",
    )


HERS = [
    lambda words: Quote(words, "Answer: {answer}", "desk"),
    lambda words: Fact("Country: {country}", words),
    lambda words: Fact("Question asked: {question}", words),
    lambda words: Sentence("{partner} asks: {question}", {"partner": words, "question": words}),
    lambda words: Lines((Sentence("{label}: {answer}", {"label": "x", "answer": words}, domain="desk"),)),
    lambda words: Sentence(
        "{cause} {remedy}",
        {"cause": Sentence("unexpected {found}", {"found": words}, domain="authors"), "remedy": "x"},
        domain="authors",
    ),
    lambda words: effect.Refuse("already_answered", asked=3, answer=words),
    lambda words: effect.Ask(2, ("Right?",), summary=(effect.Line(words, words, 1),), expects="summary"),
]


@given(LONG, LANGUAGES, st.sampled_from(HERS))
def test_words_in_every_template_are_taken(words: str, language: str, part: Any) -> None:
    """S12: any Unicode text through every template against a strict entity parser; no link or mention is made."""
    texts = shown(part(words), language=language)
    assert taken(texts)
    assert all(isinstance(text, Text) and units(text.plain) <= LONGEST for text in texts)


@given(st.text(max_size=40), st.text(max_size=40))
def test_an_authors_words_are_taken_too(paragraph: str, label: str) -> None:
    """S12, R31: whatever stands in a form, Telegram takes it."""
    ask = effect.Ask(
        1, (paragraph, f"**{paragraph}** _{label}_"), (effect.Field(0, "one", (effect.Option(0, label),)),)
    )
    for text in shown(ask, effect.Say("", (label,)), effect.Refuse("not_valid", paragraph)):
        assert isinstance(text, Text)
        text_of({"text": text.html, "parse_mode": "HTML"})
        assert all(key.text.strip() for row in text.keyboard for key in row)


@given(st.lists(st.text("aé \n👍<&", min_size=1), min_size=1, max_size=200).map(" ".join))
def test_markup_never_breaks_at_a_cut(words: str) -> None:
    """R10: long texts are cut between words, and every part is whole by itself."""
    texts = shown(effect.Ask(1, tuple(f"**{words[:200]}** {words} _{words[:100]}_" for _ in range(8))))
    for text in texts:
        assert isinstance(text, Text)
        assert unescape(re.sub("<[^>]*>", "", text.html)) == text.plain
        assert units(text.plain) <= LONGEST
    plain = "".join(text.plain for text in texts if isinstance(text, Text))
    assert "".join(plain.split()).count("👍") == 8 * (
        words.count("👍") + words[:200].count("👍") + words[:100].count("👍")
    )


def test_authors_markdown_is_bold_and_italic_and_links_are_shown() -> None:
    said = effect.Say("", ("**Hello** _you_, snake_case_name, 2 * 3 ** 4, [see](https://example.org) <b>",))
    assert only(said).html == (
        "<b>Hello</b> <i>you</i>, snake_case_name, 2 * 3 ** 4, see (https://example.org) &lt;b&gt;"
    )


def test_an_authors_headings_colours_and_tags_are_only_what_a_chat_has() -> None:
    """S12: bold and italic; colours are dropped; all other markup is words."""
    label = '# Your house\n<span style="color:red">How **many**</span> <i>rooms</i>?<br><script>x</script>'
    assert only(effect.Say("", (label,))).html == (
        "<b>Your house</b>\nHow <b>many</b> <i>rooms</i>?\n&lt;script&gt;x&lt;/script&gt;"
    )
    assert only(effect.Say("", ("# **بيتكم**\nOMEP",)), language="ar").html == ("<b>بيتكم</b>\n\u200fOMEP")


def test_hints_are_italic_whatever_stands_in_them() -> None:
    ask = effect.Ask(1, ("Rooms?", "All of **them**,\nalso snake_case"), hints=(1,))
    assert only(ask).html == "Rooms?\n\n<i>All of </i><i><b>them</b></i><i>,</i>\n<i>also snake_case</i>"


@pytest.mark.parametrize(
    ("ask", "help"),
    [
        (effect.Ask(1, ("?",), expects="video"), "Send a film with 📎.\nUp to 20 MB."),
        (effect.Ask(1, ("?",), expects="file"), "Send a file with 📎.\nUp to 20 MB."),
        (effect.Ask(1, ("?",), expects="audio"), "Hold 🎤, speak, then let go."),
        (effect.Ask(1, ("?",), expects="barcode"), "Write the figures that stand under the lines."),
        (effect.Ask(1, ("?",), facts={"least": "0", "most": "60"}), "From 0 to 60."),
        (
            effect.Ask(1, ("?",), facts={"least": "0", "most": "60", "step": "5"}),
            "From 0 to 60, in steps of 5.",
        ),
        (
            effect.Ask(1, ("?",), facts={"example": "15/03/2024"}),
            "You can also write it, for example 15/03/2024.",
        ),
        (effect.Ask(1, ("?",), facts={"heading": "0", "questions": "3"}), "3 short questions."),
        (
            effect.Ask(
                1, ("?",), (effect.Field(0, "rank", (effect.Option(0, "1. a", picked=True),)),), ("done",)
            ),
            "Tap them in your order, what comes first first. Then tap “Done”.",
        ),
    ],
)
def test_every_kind_of_question_has_the_help_it_needs(ask: effect.Ask, help: str) -> None:
    assert only(ask).plain == f"?\n\n{help}"


def test_the_parts_of_a_date_are_buttons_and_what_is_tapped_stands_above_them() -> None:
    near = effect.Field(0, "near", (effect.Option(0, "today"), effect.Option(1, "yesterday")), columns=2)
    year = effect.Field(1, "year", (effect.Option(2026, "2026"), effect.Option(2025, "2025")), 5, 0, 6)
    asked = only(effect.Ask(3, ("When?",), (near, year), expects="date"), language="fr")
    assert [[(key.text, buttons.read_dialog(key.data)[1]) for key in row] for row in asked.keyboard] == [
        [("Aujourd’hui", event.Chose(3, 0, 0)), ("Hier", event.Chose(3, 0, 1))],
        [("2026", event.Chose(3, 1, 2026)), ("2025", event.Chose(3, 1, 2025))],
        [("▶ 2/6", event.Paged(3, 1, 1))],
    ]
    tapped = effect.Ask(3, ("When?",), facts={"example": "15/03/2024", "so_far": "mars 2024"})
    assert only(tapped, language="fr").html == "When?\n\n<b>mars 2024</b>"


def test_what_is_put_in_order_has_no_boxes_and_can_begin_anew() -> None:
    options = (effect.Option(0, "1. food", picked=True), effect.Option(1, "school", picked=False))
    ask = effect.Ask(2, ("Order?",), (effect.Field(0, "rank", options),), ("done", "clear"))
    keys = [key for row in only(ask).keyboard for key in row]
    assert [key.text for key in keys] == ["1. food", "school", "Done", "Order them anew"]
    assert buttons.read_dialog(keys[-1].data)[1] == event.Cleared(2)


def test_an_acknowledgement_is_in_the_readers_language() -> None:
    ask = effect.Ask(2, ("Read?",), (effect.Field(0, "acknowledge", (effect.Option(0, "OK"),)),))
    assert only(ask, language="ar").keyboard[0][0].text == "حسنًا"


def test_a_number_outside_a_range_is_told_its_limits() -> None:
    limits = {"least": "0", "most": "100"}
    assert only(effect.Refuse("not_within", facts=limits)).plain == "Here a number from 0 to 100 fits."
    stepped = effect.Refuse("not_within", "Tens, please.", facts=limits | {"step": "10"})
    assert only(stepped).plain == "Tens, please.\n\nHere a number from 0 to 100 fits, in steps of 10."


def test_peoples_links_mentions_and_commands_are_only_words() -> None:
    """S13: defanged, invisible, and the words are still the words."""
    words = "https://evil.example/x @someone #tag /accept me@mail.org 3.5 km"
    assert without_marks(defanged(words)) == words
    assert taken([only(Quote(words))]) == [defanged(words)]


def test_an_ask_shows_its_words_its_choices_and_its_moves() -> None:
    ask = effect.Ask(
        turn=4,
        paragraphs=("Note first.", "Which country are you in?"),
        fields=(
            effect.Field(
                0,
                "one",
                (effect.Option(7, "Madagascar"), effect.Option(9, "Kenya")),
                columns=2,
                page=1,
                pages=9,
            ),
        ),
        moves=("more", "place", "skip", "back", "stop"),
    )
    assert shown(ask) == [
        Text(
            "Note first.\n\nWhich country are you in?\n\n<i>You can also write the first letters.</i>",
            "Note first.\n\nWhich country are you in?\n\nYou can also write the first letters.",
            (
                (Key("Madagascar", f"s:{TAG}:4:c:0:7"), Key("Kenya", f"s:{TAG}:4:c:0:9")),
                (Key("◀ 1/9", f"s:{TAG}:4:p:0:0"), Key("▶ 3/9", f"s:{TAG}:4:p:0:2")),
                (Key("📍 Near me", "p"),),
                (Key("Tell me more", f"s:{TAG}:4:more"),),
                (
                    Key("Back", f"s:{TAG}:4:back"),
                    Key("Skip", f"s:{TAG}:4:skip"),
                    Key("Stop", f"s:{TAG}:0:stop"),
                ),
            ),
        )
    ]


def test_where_only_a_place_is_asked_the_phone_may_share_it_at_once() -> None:
    _, near = shown(effect.Ask(4, ("Where?",), moves=("place",), expects="place"))
    assert isinstance(near, Text)
    assert (near.share, "It is kept with your answers" in near.plain) == ("📍 Share where I am", True)
    assert len(shown(effect.Ask(4, ("Where?",), moves=("place",), expects="place", again=True))) == 1


def test_switches_show_which_way_they_stand_and_carry_the_other() -> None:
    """R6: a toggle carries the way it goes, so that a double tap changes nothing."""
    ask = effect.Ask(
        2,
        ("Themes?",),
        (
            effect.Field(
                1,
                "several",
                (effect.Option(0, "food", picked=True), effect.Option(1, "school", picked=False)),
            ),
        ),
        ("done",),
    )
    assert only(ask).keyboard == (
        (Key("☑ food", f"s:{TAG}:2:t:1:0:0"),),
        (Key("☐ school", f"s:{TAG}:2:t:1:1:1"),),
        (Key("Done", f"s:{TAG}:2:ok", "primary"),),
    )
    assert "You can choose several" in only(ask).plain


def test_a_summary_shows_every_answer_and_how_to_change_it() -> None:
    ask = effect.Ask(
        9,
        ("Is this right?",),
        moves=("send", "back", "stop"),
        expects="summary",
        summary=(effect.Line("Country", "Madagascar", 3), effect.Line("What is hardest", "rain & wind", 4)),
    )
    assert only(ask) == Text(
        "Is this right?\n\n<b>Country: </b>Madagascar\n<b>What is hardest: </b>rain &amp; wind",
        "Is this right?\n\nCountry: Madagascar\nWhat is hardest: rain & wind",
        (
            (Key("✏️ Country", f"s:{TAG}:9:edit:3"),),
            (Key("✏️ What is hardest", f"s:{TAG}:9:edit:4"),),
            (Key("Send", f"s:{TAG}:9:ok", "primary"),),
            (Key("Back", f"s:{TAG}:9:back"), Key("Stop", f"s:{TAG}:0:stop")),
        ),
    )


def test_an_earlier_answer_can_be_kept_with_one_tap() -> None:
    ask = effect.Ask(5, ("Country?",), moves=("keep",), labels={"keep": "Madagascar\n"})
    assert only(ask).keyboard == ((Key("Keep: Madagascar", f"s:{TAG}:5:ok", "primary"),),)


def test_an_authors_own_words_for_a_move_are_used() -> None:
    ask = effect.Ask(5, ("Right?",), moves=("send",), labels={"send": "Off it goes"})
    assert only(ask).keyboard == ((Key("Off it goes", f"s:{TAG}:5:ok", "primary"),),)


def test_a_second_tap_is_told_what_was_answered_and_offered_to_change_it() -> None:
    """R6, R7: the old prompt says that it is answered."""
    assert only(effect.Refuse("already_answered", asked=3, answer="Yes")) == Text(
        "Already answered: Yes. Do you want to change it?",
        "Already answered: Yes. Do you want to change it?",
        ((Key("Change it", f"s:{TAG}:3:edit:3"),),),
    )


def test_the_authors_refusal_goes_first() -> None:
    text = only(effect.Refuse("required", "Please tell us the **country**."))
    assert text.html.startswith("Please tell us the <b>country</b>.\n\nThis answer is needed")
    assert only(effect.Refuse("not_valid", "At most 120.")).plain == "At most 120."


def test_every_key_and_reason_of_the_engine_has_its_sentence() -> None:
    for key in ("resumed", "still_here", "added", "stopped", "changed"):
        assert only(effect.Say(key)).plain
    assert "14 days" in only(effect.Say("stopped")).plain
    reasons = re.findall('"([a-z_]+)"', re.sub(r"\s+", " ", effect.Refuse.__doc__ or "").split("Reasons:")[1])
    for reason in reasons:
        assert only(effect.Refuse(reason)).plain


def test_a_card_has_labels_in_bold_and_words_as_quotations() -> None:
    text = only(
        Sentence(
            "⚠️ Sensitive. Read with special care. Do not ask for names; do not act on your own.",
            domain="desk",
        ),
        Fact("Country: {country}", "Madagascar"),
        Fact("Undo", "yes"),
        Quote("The rain <took> it", "The story:", "desk"),
    )
    assert text.html.endswith(
        "<b>Country: </b>Madagascar\n\n<b>Undo: </b>yes\n\n<b>The story:</b>\n"
        "<blockquote>The rain &lt;took&gt; it</blockquote>"
    )


def test_recordings_come_after_the_words_but_before_what_has_buttons() -> None:
    """Nobody scrolls back for a button."""
    parts = (Attached("audio", "m1"), Sentence("Thank you, added."))
    rows = Buttons(((Button("Back", "go"), Button("x", "y", literal=True)),))
    said = Text("Thank you, added.", "Thank you, added.")
    assert shown(*parts) == [said, Media("audio", "m1")]
    assert shown(*parts, rows) == [
        Media("audio", "m1"),
        replace(said, keyboard=((Key("Back", "go"), Key("x", "y")),)),
    ]


def test_what_is_said_before_a_question_is_a_message_of_its_own() -> None:
    said = Text("Why we ask.", "Why we ask.")
    asked = effect.Ask(4, ("How?",), moves=("back",))
    assert shown(effect.Say(paragraphs=("Why we ask.",)), asked) == [said, only(asked)]


def test_an_old_button_offers_what_can_still_be_done() -> None:
    """R6, R7: change the answer, answer now, or nothing more."""
    left = only(effect.Refuse("already_answered", asked=3))
    assert left.plain == "This question is behind us. Do you want to answer it now?"
    assert [key.text for row in left.keyboard for key in row] == ["Answer"]
    for gone in (effect.Refuse("already_answered"), effect.Refuse("already_answered", answer="Yes")):
        assert only(gone) == Text(OLD, OLD)


def test_a_place_may_be_shared_or_rather_not() -> None:
    near = only(ShareHere())
    assert (near.share, near.rather, near.keyboard) == ("📍 Share where I am", "Rather not", ())


def test_hints_stand_only_where_they_help() -> None:
    """A list in pages that is ticked cannot be found by its letters; a screen with one last tap needs no Done."""
    themes = effect.Field(0, "several", (effect.Option(0, "Food", False),), pages=2)
    ways = effect.Field(1, "one", (effect.Option(0, "Send"),))
    assert only(effect.Ask(4, ("What?",), (themes, ways), ("done",), "tap")).plain == "What?"
    assert "Then tap" in only(effect.Ask(4, ("What?",), (themes,), ("done",), "tap")).plain
    assert "first letters" in only(effect.Ask(4, ("What?",), (replace(ways, pages=3),), (), "tap")).plain


def test_a_keyboard_alone_still_has_a_text_to_stand_under() -> None:
    """Bot API: a message has a text."""
    assert only(Buttons(((Button("Back", "go"),),))).plain == "…"
    assert only(Quote(" \u200b\u3164 "), Buttons(((Button("Back", "go"),),))).plain == "…"


def test_no_row_is_wider_than_telegram_takes() -> None:
    """Bot API: 8 buttons a row."""
    row = tuple(Button(str(n), f"n:{n}", literal=True) for n in range(10))
    assert [len(row) for row in only(Buttons((row,))).keyboard] == [8, 2]


def test_a_long_label_is_shortened() -> None:
    (row,) = only(Buttons(((Button("word " * 40, "go", literal=True),),))).keyboard
    assert units(row[0].text) <= 64
    assert row[0].text.endswith("…")


def test_arabic_sentences_begin_on_the_right_and_hold_foreign_words_apart() -> None:
    """S13: FSI…PDI around what runs the other way; a direction mark where a line would begin wrongly."""
    read = (
        "{receipt}: it was read.\n\nThank you. {partner} has taken it up, and it now counts among the voices."
    )
    receipt = Sentence(read, {"receipt": "MG-7K2P", "partner": "ATD"})
    text = only(receipt, language="ar").plain
    assert "\u2068MG-7K2P\u2069" in text
    assert "\u2068ATD\u2069" in text
    country = effect.Say("", ("OMEP تقرأ", "تقرأ OMEP", "Madagascar"))
    assert [line for line in only(country, language="ar").plain.split("\n") if line] == [
        "\u200fOMEP تقرأ",
        "تقرأ OMEP",
        "\u200fMadagascar",
    ]
    assert only(effect.Say("", ("تقرأ OMEP", "12 km")), language="en").plain == "\u200eتقرأ OMEP\n\n12 km"


def test_words_of_the_same_direction_are_left_alone() -> None:
    assert only(
        Sentence("{partner} asks: {question}", {"partner": "ATD", "question": "Since when?"})
    ).plain == ("ATD asks: Since when?")


def test_days_and_sentences_inside_sentences_are_in_the_readers_language() -> None:
    inner = Sentence("received", context="state")
    sentence = Sentence(
        "{receipt}, sent {day}.\nWhere it stands: {state}.",
        {"receipt": "MG-7K2P", "day": Day("2026-11-23"), "state": inner},
    )
    assert only(sentence).plain == "MG-7K2P, sent November 23, 2026.\nWhere it stands: received."
    assert "23 novembre 2026" in only(sentence, language="fr").plain


def test_every_dialog_button_is_read_back_as_the_event_it_stands_for() -> None:
    """S23: what a button carries is what bot.buttons reads."""
    ask = effect.Ask(
        4,
        ("?",),
        (effect.Field(0, "one", (effect.Option(7, "a"),)),),
        ("done", "more", "skip", "back", "stop"),
    )
    actions = [key.data for row in only(ask).keyboard for key in row]
    assert [buttons.read_dialog(action)[1] for action in actions] == [
        event.Chose(4, 0, 7),
        event.Confirmed(4),
        event.Wondered(4),
        event.WentBack(4),
        event.Skipped(4),
        event.Stopped(),
    ]


def test_the_entries_of_a_repeat_are_listed_to_open_to_add_to_and_to_leave() -> None:
    ask = effect.Ask(
        4,
        ("Child",),
        moves=("add", "done", "back", "stop"),
        expects="entries",
        entries=(effect.Entry(1, "Koto, 7"), effect.Entry(2, "")),
    )
    listed = only(ask)
    assert listed.plain == "Child\n\nIs there another one to add?"
    assert [[(key.text, buttons.read_dialog(key.data)[1]) for key in row] for row in listed.keyboard] == [
        [("✏️ 1. Koto, 7", event.Entered(4, 1))],
        [("✏️ 2", event.Entered(4, 2))],
        [("Add one", event.Added(4))],
        [("That is all", event.Confirmed(4))],
        [("Back", event.WentBack(4)), ("Stop", event.Stopped())],
    ]
    assert "none yet" in only(effect.Ask(4, ("Child",), expects="entries", moves=("add",))).plain


def test_a_long_summary_keeps_within_what_telegram_takes() -> None:
    """Bot API: at most 100 buttons; every answer can still be changed, by its number."""
    answers = tuple(effect.Line(f"Question {number}", "yes", number) for number in range(1, 201))
    ask = effect.Ask(
        900, ("Is it right?",), moves=("send", "back", "stop"), expects="summary", summary=answers
    )
    texts = [text for text in shown(ask) if isinstance(text, Text)]
    assert sum(len(row) for text in texts for row in text.keyboard) == 83
    assert "200. Question 200: yes" in "".join(text.plain for text in texts)


def test_an_opened_entry_shows_its_answers_and_goes_only_by_a_second_button() -> None:
    opened = effect.Ask(
        5,
        ("Child (2)",),
        moves=("remove", "list", "stop"),
        expects="entries",
        summary=(effect.Line("Name (2)", "Soa", 3),),
        entry=2,
    )
    assert only(opened).plain == "Child (2)\n\nName (2): Soa"
    assert [key.data for row in only(opened).keyboard for key in row] == [
        buttons.dialog(TAG, each)
        for each in (event.Reopened(5, 3), event.Removed(5, 2), event.Entered(5, 0), event.Stopped())
    ]
    sure = effect.Ask(5, ("Child (2)",), moves=("sure", "list"), expects="entries", entry=2)
    assert buttons.read_dialog(only(sure).keyboard[0][0].data)[1] == event.Removed(5, 2, sure=True)


@pytest.mark.parametrize("size", [1, LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST])
def test_texts_of_every_length_are_cut_where_they_must_be(size: int) -> None:
    """R10: 4096 UTF-16 units a message."""
    texts = shown(Quote("x" * size), Buttons(((Button("Back", "go"),),)))
    assert len(texts) == -(-size // LONGEST)
    assert [bool(text.keyboard) for text in texts if isinstance(text, Text)] == [False] * (len(texts) - 1) + [
        True
    ]
