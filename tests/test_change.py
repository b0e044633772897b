"""Change: what a form says of each theme, and how many said what."""

import random
from collections import defaultdict

from bot.change import Direction, Row, Tally, changes
from bot.safe import FLOOR, LEAST
from tests.dialogs.written import form_of

FORM = """
| survey |
| | type | name | label | bind::tg:means | bind::tg:theme |
| | select_one how | food | Food? | compared | food |
| | text | which | And what else? | | |
| | select_one how | other | How is that? | compared | ${which} |
| | select_one how | all | On the whole? | compared | |
| | select_one how | weather | The weather? | | |
| choices |
| | list_name | name | label |
| | how | better | Better |
| | how | same | Same |
| | how | worse | Worse |
| | how | unsure | I do not know |
"""


def said(**answers: str) -> dict[str, str]:
    return {
        theme: str(how)
        for theme, how in changes(
            form_of(FORM), {f"/data/{name}": value for name, value in answers.items()}
        ).items()
    }


def test_an_authors_own_form_says_which_theme_by_its_code_or_by_an_answer() -> None:
    assert said(food="better", which="water", other="worse", all="same", weather="worse") == {
        "food": "better",
        "water": "worse",
        "": "same",
    }


def test_what_was_passed_over_or_is_no_answer_of_ours_or_of_no_theme_is_not_counted() -> None:
    assert said(food="unsure", other="worse") == {}


def test_of_each_person_the_latest_word_on_a_theme_counts_or_every_one() -> None:
    latest, every = Tally(), Tally(every=True)
    for tally in (latest, every):
        tally.add("amina", "sahel", {"food": Direction.WORSE})
        tally.add("sita", "sahel", {"food": Direction.BETTER})
        tally.add("amina", "", {"food": Direction.SAME, "work": Direction.BETTER})
    assert latest.rows() == [Row("food", "sahel", 1, 0, 1), Row("work", "", 1, 0, 0)]
    assert every.rows() == [Row("food", "", 0, 1, 0), Row("food", "sahel", 1, 0, 1), Row("work", "", 1, 0, 0)]


def test_a_number_of_few_people_is_not_told_nor_a_row_without_any_other() -> None:
    tally = Tally(every=True)
    for n in range(LEAST):
        tally.add(f"person {n}", "sahel", {"food": Direction.BETTER})
    for _ in range(2 * LEAST):
        tally.add("one person", "sahel", {"food": Direction.WORSE, "work": Direction.WORSE})
    assert tally.told() == [Row("food", "sahel", LEAST, None, None)]


def test_no_number_that_is_told_is_of_few_people_whatever_was_said() -> None:
    """S37: against counts made anew, of many random panels, and for each floor an operator may choose."""
    chance = random.Random(37)
    shown = hidden = 0
    for _ in range(200):
        tally, people = Tally(every=chance.random() < 0.5), defaultdict[tuple[str, ...], set[str]](set)
        heard: set[tuple[str, str]] = set()
        for _ in range(chance.randrange(150)):
            who, region = f"p{chance.randrange(60)}", chance.choice(("", "sahel", "lake"))
            theme, how = chance.choice(("food", "work", "")), chance.choice(list(Direction))
            tally.add(who, region, {theme: how})
            if tally.every or (who, theme) not in heard:
                people[theme, region, how].add(who)
            heard.add((who, theme))
        least = chance.randrange(FLOOR, LEAST + 1)
        told: dict[tuple[str, ...], int | None] = {
            (row.theme, row.region, how): count
            for row in tally.told(least)
            for how, count in zip(Direction, row.counts, strict=True)
        }
        for cell in people.keys() | told.keys():
            enough = len(people[cell]) >= least
            assert (told.get(cell) is not None) == enough, cell
            shown, hidden = shown + enough, hidden + (not enough)
    assert min(shown, hidden) > 200
