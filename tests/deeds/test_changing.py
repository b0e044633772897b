"""Changing: what check-ins recall and say, and the table of it for who leads."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import changing
from bot.change import Direction, Row, changes
from bot.people import Region, Role
from bot.ports import Unit
from bot.testimony import State
from tests.deeds.stage import Player, Stage, catalogs, forms
from tests.fakes import FakeClock
from tests.stores import someone, voice

CHECKIN = next(form for form in forms() if form.name == "checkin")


async def tells(her: Player, *themes: str, story: str = "The school is closed.") -> None:
    """A testimony in English, about these themes."""
    await her.starts()
    labels = " ".join(her.last.labels)
    await her.taps("English" if "English" in labels else "Tell what I live")
    await her.agrees()
    await her.says("Madagascar")
    await her.says(story)
    for theme in themes:
        if not any(theme in label for label in her.last.labels):
            await her.taps("▶")
        await her.taps(theme)
    await her.taps("Send")


async def checks_in(her: Player) -> None:
    await her.starts()
    await her.taps("Say how it is now")


async def ends(her: Player) -> None:
    await her.taps("Skip")
    await her.taps("No, send it")


# -- what is recalled -------------------------------------------------------------------------------------------------


async def test_a_check_in_asks_for_each_theme_she_named_in_six_taps(stage: Stage) -> None:
    amina = stage.person(1)
    await tells(amina, "Food", "Health", "School", "Violence")
    await checks_in(amina)
    before = stage.update
    for theme, how in (("Food", "Better"), ("Health", "About the same"), ("School, children", "Worse")):
        assert f"{theme}: how is it now?" in amina.sees
        await amina.taps(how)
    assert "findahelpline.com" in amina.sees
    await amina.taps("Skip")
    await ends(amina)
    told, _ = await stage.testimonies(1)
    assert told.receipt in amina.sees
    found = changes(CHECKIN, told.answers)
    assert found == {"food": "better", "health": "same", "education": "worse"}
    assert stage.update - before == 6


async def test_all_about_the_same_is_one_tap(stage: Stage) -> None:
    amina = stage.person(1)
    await tells(amina, "Food", "Health")
    await checks_in(amina)
    await amina.taps("All about the same")
    await ends(amina)
    told, _ = await stage.testimonies(1)
    assert changes(CHECKIN, told.answers) == {"food": "same", "health": "same"}


async def test_what_a_check_in_names_is_asked_the_next_time_before_what_she_told_at_first(
    stage: Stage,
) -> None:
    amina = stage.person(1)
    await tells(amina, "Food", "Something else")
    await checks_in(amina)
    await amina.taps("Better")
    await amina.says("We have fields again, and no doctor.")
    await amina.taps("Yes")
    await amina.taps("Yes, one more thing")
    await amina.says("The doctor left.")
    await amina.taps("Health")
    await amina.taps("Done")
    await amina.taps("Send")
    told, _ = await stage.testimonies(1)
    assert told.themes == ("health",)
    await checks_in(amina)
    assert "We have fields again" in amina.sees
    assert "Health: how is it now?" in amina.sees
    await amina.taps("Worse")
    assert "Food: how is it now?" in amina.sees
    await amina.taps("Better")
    assert "What has changed?" in amina.sees, "nobody can say how something else is"


async def test_who_named_no_theme_is_asked_on_the_whole_and_may_name_one(stage: Stage) -> None:
    amina = stage.person(1)
    await tells(amina)
    await checks_in(amina)
    await amina.taps("Worse")
    await amina.says("No rain.")
    await amina.taps("▶")
    await amina.taps("Environment")
    await amina.taps("Done")
    await ends(amina)
    told, _ = await stage.testimonies(1)
    assert (changes(CHECKIN, told.answers), told.themes) == ({"": "worse"}, ("environment",))
    await checks_in(amina)
    assert "Environment: how is it now?" in amina.sees


async def test_what_is_sensitive_is_never_recalled(stage: Stage) -> None:
    """S34: neither its words nor what it was about come back into the chat by themselves."""
    amina = stage.person(1)
    await tells(amina, "Food")
    await amina.starts()
    await amina.taps("Tell what I live")
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("He asks for money.")
    await amina.taps("Violence")
    await amina.taps("Private or urgent")
    await amina.taps("It is private")
    while "Send" not in amina.last.labels:
        await amina.taps("Skip")
    await amina.taps("Send")
    await checks_in(amina)
    assert "The school is closed." in amina.sees
    assert "Food: how is it now?" in amina.sees
    for secret in ("He asks for money.", "Violence"):
        assert secret not in amina.sees
    await amina.taps("Better")
    assert "What has changed?" in amina.sees


async def test_another_partner_is_not_told_what_this_one_was(stage: Stage) -> None:
    """S20: what she told one partner is not repeated in what another reads."""
    amina = stage.person(1)
    await tells(amina, "Food")
    await amina.starts("p-omep")
    await amina.taps("Say how it is now")
    await amina.agrees()
    assert "The school is closed." not in amina.sees
    assert "How is it now, compared with last time?" in amina.sees


async def test_what_was_recalled_is_not_kept_a_second_time(stage: Stage) -> None:
    """S40: once she withdraws what she told, no check-in holds it still."""
    amina = stage.person(1)
    await tells(amina, "Food")
    await checks_in(amina)
    await amina.taps("Better")
    await amina.taps("Skip")
    await ends(amina)
    told, before = await stage.testimonies(1)
    assert "The school is closed." in before.answers.values()
    assert "The school is closed." not in told.answers.values()


async def test_a_theme_is_asked_in_the_language_she_reads_now(stage: Stage) -> None:
    amina = stage.person(1, "fr")
    await tells(amina, "Food", "Health")
    await checks_in(amina)
    assert "Food: how is it now?" in amina.sees
    await amina.says("/language")
    await amina.taps("Français")
    assert "Nourriture\u00a0: comment est-ce maintenant\u00a0?" in amina.sees


async def test_who_reads_a_check_in_reads_the_themes_in_their_own_language(stage: Stage) -> None:
    """S43."""
    amina, vera = stage.person(1), await stage.moderator(8)
    await tells(amina, "Food")
    await vera.says("/next")
    await vera.taps("Accept")
    await vera.says("/language")
    await vera.taps("Français")
    await checks_in(amina)
    await amina.taps("Worse")
    await amina.taps("Skip")
    await ends(amina)
    await vera.says("/next")
    assert "Nourriture : comment est-ce maintenant" in vera.sees


# -- the table --------------------------------------------------------------------------------------------------------


@pytest.fixture
async def panel(stage: Stage) -> Stage:
    """Of the Sahel, 24 say that food is better and 11 that it is worse; elsewhere 10 that it is worse; 3 of work."""

    def work(unit: Unit) -> None:
        unit.associations.save_region(Region("sahel", "Sahel", ("ML", "NE")))
        people = (
            *[("ML", "food", Direction.BETTER)] * 24,
            *[("NE", "food", Direction.WORSE)] * 11,
            *[("FR", "food", Direction.WORSE)] * 10,
            *[("ML", "work", Direction.BETTER)] * 3,
        )
        for n, (country, theme, how) in enumerate(people):
            her = someone(unit, 1000 + n, partner="mmm")
            told = voice(
                her,
                form="checkin",
                form_version=CHECKIN.version,
                country=country,
                state=State.ACCEPTED,
                received_at=stage.now - timedelta(days=1),
                answers={"/checkin/theme_1": theme, "/checkin/change_1": str(how)},
            )
            unit.testimonies.add(told, [])

    await stage.do(work)
    return stage


async def answered(stage: Stage) -> int:
    """Those who wait for a table are told."""
    count = await changing.answer(stage.store, FakeClock(stage.now), catalogs())
    await stage.deliver()
    return count


async def test_a_lead_sees_what_changes_without_numbers_of_few(panel: Stage) -> None:
    """S37."""
    lead = await panel.moderator(8, Role.LEAD)
    await lead.says("/stats")
    await lead.taps("Change")
    assert lead.sees == "It is being counted, and comes in a moment."
    await lead.taps("Change")
    assert await answered(panel) == 1
    assert lead.sees.splitlines() == [
        "Make Mothers Matter: how it is now, against the time before",
        "Food, Sahel: better 24 · same under 10 · worse 11",
        "Food, elsewhere: better under 10 · same under 10 · worse 10",
        "Of the last 35 days; each person counts once for a theme.",
    ]
    assert lead.last.message.protect
    assert await answered(panel) == 0
    [deed] = await panel.deeds("counted change")
    assert deed.object == "partner:mmm"


async def test_the_table_has_ten_lines_at_most(panel: Stage) -> None:
    rows = [Row(f"theme {n}", "sahel", 10 + n, None, None) for n in range(30)]

    def work(unit: Unit) -> tuple[str, ...]:
        told = changing.told(rows, unit.people.partner("mmm"), changing.names(unit), "en")
        return tuple(catalogs().words("en").say(each) for each in told.sentences)

    lines = await panel.do(work)
    assert len(lines) == 10
    assert "theme 29" in lines[1], "what most people spoke of comes first"
    assert lines[8] == "Further rows: 23"


async def test_where_few_have_spoken_no_number_is_told(stage: Stage) -> None:
    lead = await stage.moderator(8, Role.LEAD)
    await lead.says("/stats")
    await lead.taps("Change")
    await answered(stage)
    assert "Too few have said how it is now" in lead.sees


async def test_only_who_leads_is_offered_it_and_told(panel: Stage) -> None:
    """S22: at the tap, and once more when it is told."""
    vera, other = await panel.moderator(7), await panel.moderator(8, Role.LEAD, "omep")
    await vera.says("/stats")
    assert "Change" not in vera.last.labels
    await other.says("/stats")
    await other.taps("Change")
    lead = await panel.moderator(9, Role.LEAD)
    await lead.says("/stats")
    await lead.taps("Change")
    role = await panel.role(9)
    await panel.do(lambda unit: unit.people.save_moderator(replace(role, left_at=panel.now)))
    assert await answered(panel) == 1
    assert "Too few" in other.sees
    assert "24" not in lead.everything


async def test_no_more_are_opened_in_one_transaction_than_a_page(
    panel: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "PAGE", 7)
    span = (panel.now - timedelta(days=2), panel.now)
    by_pages = await changing.counted(panel.store, "mmm", *span)
    monkeypatch.undo()
    assert by_pages.rows() == (await changing.counted(panel.store, "mmm", *span)).rows()
    assert sum(sum(count or 0 for count in row.counts) for row in by_pages.rows()) == 48
