"""Importing: earlier posts are reviewed like any voice, never written to, and one voice however often they come."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import elsewhere, importing, reviewing
from bot.elsewhere import STATEMENT, Post, Unusable
from bot.importing import Brought
from bot.people import PURPOSES, Partner, Role
from bot.ports import Unit
from bot.testimony import State
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from tests.deeds.stage import Stage
from tests.leaving import submissions
from tests.stores import every_row, selected

MAPPING = f"""
[columns]
text = "Post"
link = "Link"
date = "Date"
author = "Name"
themes = "Topics"
[always]
language = "en"
country = "MG"
source = "Group of Tana"
[consent]
statement = "{STATEMENT}"
allows = ["share", "publish"]
"""
HEAD = ("Post", "Link", "Date", "Name", "Topics")
ROWS = (
    ("The market is shut. Call 034 12 345 67.", "posts/one", "2020-04-03", "Rakoto", "food"),
    ("No school for my children.", "p/2", "2020-04-04", "Voahangy", "education"),
    ("We sew masks for others.", "p/3", "", "Rakoto", ""),
)


async def brings(
    stage: Stage, *rows: Sequence[str], partner: str = "mmm", mapping: str = MAPPING, dry: bool = False
) -> Brought:
    by = elsewhere.reader(mapping)
    whose, posts = await read(stage, rows, partner, mapping)
    stage.update += 1
    return await importing.bring_in(
        stage.store, stage.here(f"import:{stage.update}"), whose, by, posts, dry=dry
    )


async def read(
    stage: Stage, rows: Sequence[Sequence[str]], partner: str = "mmm", mapping: str = MAPPING
) -> tuple[Partner, list[Post]]:
    def work(unit: Unit) -> tuple[Partner, list[Post]]:
        whose = unit.people.partner(partner)
        known = importing.known(unit, stage.here(), whose)
        return whose, elsewhere.posts([HEAD, *rows], elsewhere.reader(mapping), known)

    return await stage.do(work)


async def there(stage: Stage, partner: str = "mmm") -> list[Voice]:
    """What a partner has, by what it says."""
    ids = selected(stage.url, f"SELECT id FROM testimonies WHERE partner = '{partner}'")

    def read(unit: Unit) -> list[Voice]:
        found = [unit.testimonies.get(each, partner=partner) for (each,) in ids]
        return [each for each in found if each is not None]

    return sorted(await stage.do(read), key=lambda each: sorted(each.answers.values()))


async def test_a_post_is_reviewed_like_any_voice_and_published_after_two_have_looked(stage: Stage) -> None:
    """S6, S31, S36, S45: it says where it was published before; its author hears nothing of anything, ever."""
    vera, victor, reader = await stage.moderator(2), await stage.moderator(3), stage.person(9)
    assert (await brings(stage, ROWS[0])).voices == 1
    await stage.deliver()
    assert "1 new voice is waiting" in vera.sees
    await vera.says("/next")
    for words in (
        "Published before: Group of Tana",
        "Day: April 3, 2020",
        "The market is shut.",
        "Themes: Food",
        "Country: Madagascar",
    ):
        assert words in vera.sees, vera.sees
    assert "Ask a question" not in vera.last.labels
    await vera.taps("Accept")
    await vera.taps("Hide names")
    await vera.taps("Hide these")
    await vera.taps("Done")
    await victor.says("/next")
    await victor.taps("Publish")
    await reader.arrives()
    await reader.says("/voices")
    assert "Its author had published it before, elsewhere." in reader.everything
    assert "in the week of March 30, 2020" in reader.everything
    assert "Call [number]." in reader.everything
    people = {row[0] for row in selected(stage.url, "SELECT address FROM moderators")}
    told = {row[0] for row in selected(stage.url, "SELECT address FROM outbox")}
    [one] = await there(stage)
    whose = await stage.do(lambda unit: unit.people.respondent(one.respondent))
    assert whose is not None
    assert whose.address not in told
    assert told <= people | {await stage.do(lambda unit: unit.people.address_of(9))}


async def test_its_consent_is_that_it_was_published_elsewhere_and_never_to_be_contacted(stage: Stage) -> None:
    """S31: a row for each purpose, with the words and the version it rests on."""
    await brings(stage, ROWS[0])
    [one] = await there(stage)
    said = await stage.do(lambda unit: unit.testimonies.consents(one.id))
    assert {each.purpose: each.granted for each in said} == {
        "keep": True,
        "share": True,
        "publish": True,
        "quote": False,
        "contact": False,
    }
    assert {each.source for each in said} == {"published-elsewhere/1"}
    partner = "Make Mothers Matter"
    for each in said:
        assert each.wording == (
            elsewhere.wording(each.purpose, "Group of Tana", partner) if each.granted else ""
        )
    assert len(said) == len(PURPOSES)
    found = await stage.do(lambda unit: unit.audiences.of("mmm", after="", most=9, opened=False))
    assert [(each.reachable, each.quiet) for each in found] == [(False, True)]


async def test_the_same_row_is_one_voice_however_often_it_comes(stage: Stage) -> None:
    first = await brings(stage, *ROWS)
    assert (first.voices, first.known, first.of["country", "MG"]) == (3, 0, 3)
    again = await brings(stage, *reversed(ROWS), ("Another.", "p/4", "", "", ""))
    assert (again.voices, again.known) == (1, 3)
    assert len(await there(stage)) == 4
    people = {each.respondent for each in await there(stage)}
    assert len(people) == 3  # Rakoto told twice: numbers count people


async def test_what_its_author_had_erased_is_gone_and_never_comes_again(stage: Stage) -> None:
    """S40: all of theirs, found by the same file; of the others nothing."""
    await brings(stage, *ROWS)
    whose, posts = await read(stage, ROWS[:1])
    assert await importing.erase(stage.store, stage.here("gone"), whose, posts) == 1
    assert ["children" in str(each.answers) for each in await there(stage)] == [True]
    again = await brings(stage, *ROWS)
    assert (again.voices, again.known, again.erased) == (0, 1, 2)
    assert await importing.erase(stage.store, stage.here("gone"), whose, posts) == 0
    assert len(await stage.deeds("erased")) == 1


async def test_what_is_wrong_in_one_row_brings_in_nothing_at_all(stage: Stage) -> None:
    before = every_row(stage.url)
    with pytest.raises(Unusable) as fault:
        await brings(stage, *ROWS, ("", "p/5", "", "", ""), ("x", "p/6", "", "", "weather"))
    assert [(each.row, each.column) for each in fault.value.mistakes] == [(5, "Post"), (6, "Topics")]
    assert every_row(stage.url) == before


async def test_a_dry_run_counts_and_keeps_nothing(stage: Stage) -> None:
    before = every_row(stage.url)
    done = await brings(stage, *ROWS, dry=True)
    assert (done.voices, done.sensitive) == (3, 0)
    assert every_row(stage.url) == before
    told = importing.told(done, Partner("mmm", "Make Mothers Matter"), dry=True)
    assert told.startswith("3 voices would wait to be read for Make Mothers Matter.\nform: testimony 3\n")
    assert told.endswith("Nothing was kept.")


async def test_danger_words_bring_it_into_the_lane(stage: Stage) -> None:
    """S34: nobody but focal points hears of it."""
    vera, fatou = await stage.moderator(2), await stage.moderator(4, Role.FOCAL_POINT)
    done = await brings(stage, ("My husband beats me and I want to die.", "p/9", "", "", ""))
    assert (done.voices, done.sensitive) == (1, 1)
    await stage.deliver()
    assert "waits for you: /sensitive" in fatou.sees
    assert "waiting" not in vera.sees
    [one] = await there(stage)
    assert (one.sensitive, one.state) == (True, State.RECEIVED)


async def test_the_same_file_of_two_partners_is_two_voices_of_two_people(stage: Stage) -> None:
    """S20: nothing of one can be seen by the other, not even that it is there."""
    await brings(stage, ROWS[0])
    assert (await brings(stage, ROWS[0], partner="omep")).voices == 1
    [one], [other] = await there(stage), await there(stage, "omep")
    assert one.id != other.id
    assert one.respondent != other.respondent


async def test_neither_link_nor_name_nor_source_stands_in_any_row(stage: Stage) -> None:
    """S3, S5: what the row is known by is a keyed hash; where it stood is sealed with the words."""
    await brings(stage, *ROWS)
    rows = str(every_row(stage.url))
    assert not any(
        word in rows for word in ("posts/one", "Rakoto", "Voahangy", "Group of Tana", "market is shut")
    )
    assert "2020-04" not in rows


async def test_it_stays_as_long_as_any_voice_counted_from_when_it_came_in(stage: Stage) -> None:
    """S41: not from when it was published, or the next sweep would take it."""
    await brings(stage, *ROWS)
    assert {each.received_at for each in await there(stage)} == {stage.now}
    dropped = await stage.do(lambda unit: unit.testimonies.drop_unread(stage.now - timedelta(days=1)))
    assert dropped == 0


async def test_nobody_asks_its_author_and_it_is_no_submission_of_a_form(stage: Stage) -> None:
    """S45: a forged tap moves nothing; ODK's tools get what answered a form."""
    vera = await stage.moderator(2)
    await brings(stage, ROWS[0])
    await vera.says("/next")
    [one] = await there(stage)
    role = await stage.role(2)

    def ask(unit: Unit) -> object:
        return reviewing.ask_back(unit, stage.here("forged"), role, one.id, one.version, "Where?")

    await stage.do(ask)
    [after] = await there(stage)
    assert (after.state, after.exchanges) == (State.IN_REVIEW, ())
    assert await stage.do(lambda unit: submissions(unit, "mmm", stage.now)) == []
    assert replace(after, version=one.version) == one
