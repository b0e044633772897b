"""A respondent by chance goes where no one wrote a test: what must hold after any step holds."""

from pathlib import Path

import pytest

import dialogs
from dialogs.reading.xlsform import load_builtin
from tests.dialogs.test_engine import COLOURS, FAMILY, LANDS, SCREEN, SIMPLE, STORY
from tests.dialogs.walker import form_of, walk

_ROWS: list[dict[str, str]] = [
    {"type": "select_one yes_no", "name": "go", "required": "yes", "guidance_hint": "Only if you like."},
    {"type": "note", "name": "gone", "relevant": "${go} = 'no'", "body::tg:end": "decline"},
    {"type": "text", "name": "called", "required": "yes", "default": "Rivo"},
    {"type": "integer", "name": "age", "constraint": ". > 0 and . < 120", "constraint_message": "Really?"},
    {"type": "integer", "name": "children", "relevant": "${age} > 17", "constraint": ". < 4"},
    {"type": "begin_repeat", "name": "child", "relevant": "${children} > 0", "repeat_count": "${children}"},
    {"type": "text", "name": "child_name"},
    {"type": "select_one colours", "name": "likes", "required": "yes"},
    {"type": "end_repeat"},
    {"type": "calculate", "name": "many", "calculation": "count(${child})"},
    {"type": "note", "name": "told", "label": "${called}, ${many}", "relevant": "${children} > 1"},
    {"type": "begin_repeat", "name": "animal", "relevant": "${age} != 5"},
    {"type": "text", "name": "kind", "required": "yes", "constraint": ". != 'Paris'"},
    {"type": "begin_repeat", "name": "place", "relevant": "${kind} != '2'"},
    {"type": "select_one colours", "name": "tint", "default": "red"},
    {"type": "end_repeat"},
    {"type": "end_repeat"},
    {"type": "date", "name": "since", "constraint": ". <= today()"},
    {"type": "time", "name": "hour"},
    {"type": "geopoint", "name": "where"},
    {
        "type": "text",
        "name": "story",
        "appearance": "multiline",
        "required": "${voice} = ''",
        "constraint": ". != 'Paris'",
        "body::tg:voice": "voice",
        "body::tg:photo": "photo",
    },
    {"type": "audio", "name": "voice"},
    {"type": "image", "name": "photo"},
    {"type": "begin_group", "name": "together", "appearance": "field-list", "relevant": "${go} = 'yes'"},
    {
        "type": "select_multiple colours",
        "name": "some",
        "required": "yes",
        "constraint": "count-selected(.) < 3",
    },
    {"type": "note", "name": "between"},
    {"type": "select_one colours", "name": "one", "required": "yes", "relevant": "selected(${some}, 'red')"},
    {"type": "rank yes_no", "name": "order"},
    {"type": "text", "name": "other", "relevant": "${one} = 'grey'"},
    {"type": "select_one ways", "name": "next", "required": "yes"},
    {"type": "end_group"},
    {"type": "select_one lands", "name": "land", "appearance": "autocomplete", "body::tg:place": "places"},
    {"type": "select_one towns", "name": "town", "choice_filter": "land = ${land}"},
    {"type": "image", "name": "picture"},
    {"type": "acknowledge", "name": "seen"},
    {"type": "range", "name": "rate", "parameters": "start=0 end=5 step=1"},
    {"type": "decimal", "name": "rice", "constraint": ". < 10"},
    {"type": "note", "name": "check", "relevant": "${next} = 'more'", "body::tg:summary": "yes"},
    {"type": "text", "name": "after"},
    {"type": "note", "name": "thanks"},
]


def _table(sheet: str, rows: list[dict[str, str]]) -> str:
    """Rows as one sheet of a workbook in Markdown."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    return "\n".join(["", f"| {sheet} |", *(f"| | {' | '.join(line)} |" for line in lines), ""])


def _everything() -> str:
    """A form of 46 rows with everything a chat can be asked, in two languages."""
    rows = []
    for row in _ROWS:
        label = row.pop("label", row.get("name", "") if "name" in row and "calculation" not in row else "")
        labels = {"label::English (en)": f"{label}?", "label::Arabic (ar)": f"{label}؟"} if label else {}
        rows.append(row | labels)
    lists = {
        "yes_no": "yes no",
        "colours": "red green blue grey",
        "ways": "send more",
        "lands": " ".join(f"land{number}" for number in range(17)),
        "towns": "one two three",
    }
    choices = [
        {
            "list_name": name,
            "name": choice,
            "label::English (en)": choice,
            "label::Arabic (ar)": f"{choice} {choice}",
            "land": f"land{number}",
            "places": f"{number},{number}",
        }
        for name, names in lists.items()
        for number, choice in enumerate(names.split())
    ]
    return _table("survey", rows) + _table("choices", choices)


FORMS = {
    "simple": SIMPLE,
    "story": STORY,
    "screen": SCREEN,
    "colours": "| survey |\n| | type | name | label |\n| | select_multiple colours | c | Colours? |\n"
    + COLOURS,
    "lands": LANDS,
    "family": FAMILY,
    "everything": _everything(),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_random_walk_never_loses_an_answer(name: str, seed: int) -> None:
    """R7: whatever happens, no answer disappears but by a fact that says so, and no old button moves anything."""
    closed = walk(form_of(FORMS[name]), seed, 1_500)
    assert closed["finished"] > 0


BUILT_IN = sorted(
    each
    for each in (Path(dialogs.__file__).parent / "forms").iterdir()
    if (each / f"{each.name}.md").exists()
)


@pytest.mark.parametrize("folder", BUILT_IN, ids=lambda folder: folder.name)
def test_a_random_walk_through_a_built_in_form_never_loses_an_answer(folder: Path) -> None:
    """R7: the same for the forms that come with the bot."""
    form = load_builtin(folder)
    given = {key: f"({key})" for bind in form.binds.values() if (key := bind.chat.get("given", ""))}
    closed = walk(form, 3, 1_500, given)
    assert closed["finished"] > 0


@pytest.mark.soak
@pytest.mark.parametrize("folder", BUILT_IN, ids=lambda folder: folder.name)
def test_a_hundred_thousand_events_by_chance_never_lose_an_answer(folder: Path) -> None:
    form = load_builtin(folder)
    ends = walk(
        form,
        7,
        100_000,
        {"partner": "Open Hands", "last_hardest": "Rice", "last_day": "1 May", "last_themes": "food work"},
    )
    print(form.name, ends)
    assert ends["finished"] > 1_000


def test_a_walk_is_the_same_for_the_same_seed() -> None:
    form = form_of(FORMS["everything"])
    assert walk(form, 7, 300) == walk(form, 7, 300)
