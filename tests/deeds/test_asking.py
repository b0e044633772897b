"""Asking again: /checkins, invitations and what is tapped on them, and that nothing unasked comes at night."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import arriving, inviting, responding
from bot.buttons import LONGEST
from bot.campaign import RESPONSE, Campaign, CheckIn, Reply, Schedule, State, Wording
from bot.campaign import Stage as Stands
from bot.chat.rendering import Text, render
from bot.milestones import tell_published
from bot.people import Role
from bot.ports import Unit
from bot.response import Response, Words
from bot.rhythm import Every, Rhythm
from bot.zones import cities
from tests.deeds.stage import Player, Stage, catalogs, plain
from tests.stores import every_row
from tests.telling import telling

AMINA, BINTA, LENA, VERA = 1, 2, 8, 9
HOME = "Indian/Antananarivo"
"""Where it is a quarter past eleven in the evening when a test begins."""

NEUTRAL = "Make Mothers Matter: a few short questions, if you like."


async def asked(stage: Stage, id: int = AMINA, country: str = "Madagascar") -> Player:
    """Somebody told something and allows, with the last tap but one, to be asked again."""
    her = stage.person(id)
    await her.starts()
    await her.taps("English" if "English" in her.last.labels else "Tell what I live")
    await her.agrees()
    await her.says(country)
    await her.says("The school is closed.")
    await her.taps("Ask me again")
    await her.taps("Send")
    return her


async def rhythm(stage: Stage, id: int = AMINA) -> Rhythm:
    """What is noted of her wishes."""
    her = await stage.respondent(id)
    found = await stage.do(lambda unit: unit.rhythms.get(her.id))
    assert found is not None
    return found


async def rows(stage: Stage, id: int = AMINA) -> list[CheckIn]:
    """Every check-in of hers, by day."""
    her = await stage.respondent(id)
    found = every_row(stage.url)["checkins"]
    ids = [row[0] for row in found if her.id in row]
    each = await stage.do(lambda unit: [unit.checkins.get(one, respondent=her.id) for one in ids])
    return sorted((one for one in each if one is not None), key=lambda one: one.day)


async def leads(stage: Stage) -> str:
    """Somebody who leads the team."""
    if LENA not in stage.people:
        await stage.moderator(LENA, Role.LEAD)
    return (await stage.role(LENA)).id


async def campaign(stage: Stage, **changes: object) -> Campaign:
    """A round that runs: asked once, at ten, on the morning after."""
    runs = Campaign(
        id="c" * 32,
        partner="mmm",
        moderator=await leads(stage),
        form="checkin",
        schedule=Schedule(first=date(2026, 11, 24)),
        wordings={"en": Wording("How was the harvest?")},
        state=State.RUNNING,
    )
    runs = replace(runs, **changes)  # type: ignore[arg-type]
    await stage.do(lambda unit: unit.campaigns.add(runs))
    return runs


async def invited(stage: Stage, **changes: object) -> Player:
    """Somebody has the invitation of a campaign before her, at ten in the morning."""
    her = await asked(stage)
    await campaign(stage, **changes)
    await stage.comes_to(10)
    assert "How was the harvest?" in her.sees
    return her


async def sets(her: Player, what: str, choice: str) -> None:
    """Two taps on her page."""
    await her.says("/checkins")
    await her.taps(what)
    await her.taps(choice)


async def data_of(her: Player, action: str, number: int | None = None) -> None:
    """Tap a button that was ours once."""
    await her.taps_data(her.stage.signer.sign(her.id, action), number or her.last.number)


# -- her own page -----------------------------------------------------------------------------------------------------


async def test_whoever_allows_it_learns_once_how_often_she_is_asked(stage: Stage) -> None:
    her = await asked(stage)
    told = "From now on we ask you how it is: once a month."
    assert told in her.sees
    assert "We go by the clock of" not in her.sees, "Madagascar has one clock"
    assert (await rhythm(stage)).next_day == date(2026, 12, 23)
    await asked(stage)
    assert told not in her.sees


async def test_the_page_says_how_often_when_and_by_whose_clock(stage: Stage) -> None:
    her = await asked(stage)
    await her.says("/checkins")
    assert her.sees.splitlines() == [
        "We ask how it is: once a month, in the morning",
        "Next time: December 23, 2026",
        "",
        "Your clock: Antananarivo, 23:15",
        "Quiet hours: from 20:00 to 08:00",
    ]
    assert max(map(len, her.last.labels)) <= 32


CHANGES = (
    ("How often", "every two weeks", "We ask how it is: every two weeks, in the morning"),
    ("How often", "never", "We ask how it is: never"),
    ("How often", "every week", "Next time: November 30, 2026"),
    ("Part of the day", "in the evening", "We ask how it is: every week, in the evening"),
    ("Quiet hours", "From 22:00 to 09:00", "Quiet hours: from 22:00 to 09:00"),
    ("Quiet hours", "No quiet hours", "Quiet hours: none"),
    ("Pause", "One week", "Paused until November 30, 2026."),
)


async def test_everything_is_changed_by_two_taps_in_the_same_message(stage: Stage) -> None:
    her = await asked(stage)
    await her.says("/checkins")
    number, count = her.last.number, len(her.chat)
    for what, choice, then in CHANGES:
        await her.taps(what)
        await her.taps(choice)
        assert then in her.sees
    for on in (True, False):
        await her.taps("Once a week, what others tell")
        assert (await rhythm(stage)).digest is on
    assert (her.last.number, len(her.chat)) == (number, count)


async def test_quiet_hours_are_shifted_by_the_hour_over_midnight(stage: Stage) -> None:
    her = await asked(stage)
    await her.says("/checkins")
    await her.taps("Quiet hours")
    for _ in range(5):
        await her.taps("An hour later")
    assert "☑ From 01:00 to 13:00" in her.last.labels
    await her.taps("An hour earlier")
    await her.taps("Back")
    assert "Quiet hours: from 00:00 to 12:00" in her.sees


async def test_another_part_of_the_day_holds_for_what_is_planned_already(stage: Stage) -> None:
    her = await asked(stage)
    await sets(her, "How often", "every week")
    await stage.ticks(days=6, hours=3)
    for choice, minute in (("in the evening", 18 * 60), ("in the morning", 9 * 60)):
        await sets(her, "Part of the day", choice)
        [planned] = await rows(stage)
        assert (planned.minute, planned.due_at) == (minute, planned.moment_in(HOME))
    await stage.comes_to(8)
    await sets(her, "Part of the day", "at noon")
    await stage.comes_to(11)
    assert NEUTRAL not in her.everything
    await stage.comes_to(12)
    assert NEUTRAL in her.sees


async def test_a_pause_puts_off_what_comes_and_ends_when_she_says_so(stage: Stage) -> None:
    her = await asked(stage)
    await sets(her, "Pause", "Until I say so")
    assert (await rhythm(stage)).next_day is None
    await stage.ticks(days=40)
    assert await rows(stage) == []
    await her.says("/checkins")
    await her.taps("Go on asking")
    assert "Paused" not in her.sees
    assert "Next time: February 2, 2027" in her.sees


async def test_who_allows_nothing_is_shown_how_and_is_asked_nothing(stage: Stage) -> None:
    her = stage.person(AMINA)
    receipt = await her.tells()
    assert "we ask you" not in her.sees
    await her.says("/checkins")
    assert "we may not ask you again" in her.sees
    assert "turn on “Ask me again later”: /mine" in her.sees
    assert "How often" not in her.last.labels
    await her.taps("Quiet hours")
    await her.taps("From 21:00 to 07:00")
    await stage.ticks(days=40)
    assert await rows(stage) == []
    await her.says("/mine")
    await her.taps(receipt)
    await her.taps("Ask me again later")
    assert "From now on we ask you how it is: once a month." in her.sees
    assert (await rhythm(stage)).quiet.begins == 21 * 60


async def test_taking_the_permission_back_ends_it_and_giving_it_again_begins_anew(stage: Stage) -> None:
    """R15."""
    her = await asked(stage)
    await her.says("/mine")
    await her.taps("MG-")
    await her.taps("Ask me again later")
    assert (await rhythm(stage)).next_day is None
    await stage.ticks(days=40)
    assert await rows(stage) == []
    await her.taps("Ask me again later")
    assert "From now on we ask you" in her.sees
    assert (await rhythm(stage)).next_day == date(2027, 2, 2)


async def test_who_stopped_reads_on_her_page_that_nothing_comes(stage: Stage) -> None:
    """S45."""
    her = await asked(stage)
    await her.says("/stop")
    await her.says("/checkins")
    assert her.sees.startswith("You asked us not to write first")
    await stage.ticks(days=40)
    assert [each.stage for each in await rows(stage)] == [Stands.LEFT]


async def test_a_button_that_says_nothing_known_changes_nothing(stage: Stage) -> None:
    """S23."""
    her = await asked(stage)
    before = await rhythm(stage)
    for path in ("every:daily", "part:night", "quiet:x", "quiet:20", "pause:year", "zone:Mars/Base", "all:1"):
        await data_of(her, f"c:set:{path}")
        assert "This button is from earlier" in her.sees, path
    assert await rhythm(stage) == before


def test_every_zone_fits_on_a_button() -> None:
    assert max(len(f"c:set:zone:{city.zone}") for city in cities()) <= LONGEST
    assert len("c:tomorrow:" + "f" * 32) <= LONGEST


# -- her clock --------------------------------------------------------------------------------------------------------


async def test_where_a_country_has_several_clocks_she_is_told_which_and_chooses(stage: Stage) -> None:
    """R19: what is planned moves with her, at the same time of her day."""
    her = await asked(stage, country="Brazil")
    assert "We go by the clock of Sao Paulo. If yours is another one: /checkins" in her.sees
    await sets(her, "How often", "every week")
    await stage.ticks(days=6, hours=3)
    [planned] = await rows(stage)
    assert planned.due_at == datetime(2026, 11, 30, 9, tzinfo=ZoneInfo("America/Sao_Paulo"))
    await her.says("/checkins")
    await her.taps("My clock")
    assert "☑ Sao Paulo · 20:16" in her.last.labels or "☑ Sao Paulo · 20:15" in her.last.labels
    await her.taps("Manaus")
    assert "Your clock: Manaus, 19:1" in her.sees
    [planned] = await rows(stage)
    assert planned.due_at == datetime(2026, 11, 30, 9, tzinfo=ZoneInfo("America/Manaus"))


async def test_a_shared_place_gives_the_clock_and_is_not_kept(stage: Stage) -> None:
    """S5."""
    her = await asked(stage)
    await her.says("/checkins")
    await her.taps("My clock")
    assert "Antananarivo · 23:15" not in her.last.labels, "there is nothing to choose between"
    await her.taps("📍 By where I am")
    await her.sends(location={"latitude": -1.28653, "longitude": 36.81731})
    assert "Your clock: Antananarivo, 23:15" in her.sees, "it is as late in both"
    await data_of(her, "c:set:zone:here")
    await her.sends(location={"latitude": -17.82772, "longitude": 31.05337})
    assert her.last.labels == ("☐ Harare · 22:15", "☑ Antananarivo · 23:15", "Back")
    await her.taps("Harare")
    assert "Your clock: Harare, 22:15" in her.sees
    assert any(each.text == "👌" or each.text.startswith("👌") for each in her.chat)
    assert (await rhythm(stage)).zone == "Africa/Harare"
    held = repr(every_row(stage.url))
    for trace in ("1.28653", "36.81731", "17.82772", "31.05337"):
        assert trace not in held
    assert (await stage.respondent(AMINA)).waiting == {}


async def test_she_may_rather_not_share_it(stage: Stage) -> None:
    her = await asked(stage)
    await data_of(her, "c:set:zone:here")
    await her.says("Rather not")
    assert her.sees == "All right. Nothing has changed."
    assert (await rhythm(stage)).zone == HOME


async def test_whose_clock_nobody_noted_lives_by_that_of_her_country(stage: Stage) -> None:
    her = stage.person(AMINA)
    await her.tells(country="Fiji")
    one = (await stage.respondent(AMINA)).id
    assert await stage.do(lambda unit: unit.rhythms.get(one)) is None
    among = await stage.do(lambda unit: unit.audiences.among([one]))
    assert among[one].rhythm.zone == "Pacific/Fiji"


async def test_who_speaks_from_another_country_lives_by_its_clock(stage: Stage) -> None:
    her = await asked(stage)
    await asked(stage, country="Fiji")
    await her.says("/checkins")
    assert "Your clock: Fiji" in her.sees


# -- an invitation ----------------------------------------------------------------------------------------------------


async def test_a_month_on_she_is_asked_in_her_morning_and_answers(stage: Stage) -> None:
    """S30: the first line says nothing of what it is about; what came of it is noted."""
    her = await asked(stage)
    before = len(her.chat)
    due = datetime(2026, 12, 23, 9, tzinfo=ZoneInfo(HOME))
    while (left := due - stage.now) > timedelta(minutes=1):
        await stage.ticks(hours=min(48, (left.total_seconds() - 60) / 3600))
    assert len(her.chat) == before
    await stage.ticks(minutes=1)
    assert her.sees.splitlines()[0] == NEUTRAL
    assert her.last.labels == ("Begin", "Not now", "Tomorrow", "Less often", "Stop")
    number = her.last.number
    await her.taps("Begin")
    assert next(each.text for each in her.chat if each.number == number).endswith("You chose: Begin")
    assert "How is it now, compared with last time?" in her.sees
    [row] = await rows(stage)
    assert (row.reply, row.reached != "") == (Reply.STARTED, True)
    await her.taps("About the same")
    await her.says("The school is open.")
    await her.taps("Skip")
    await her.taps("A little")
    await her.taps("No, send it")
    [row] = await rows(stage)
    newest, _ = await stage.testimonies(AMINA)
    assert (row.reply, row.testimony, newest.form) == (Reply.FINISHED, newest.id, "checkin")
    assert (await rhythm(stage)).next_day == date(2027, 1, 23)
    await data_of(her, f"c:go:{row.id}", number)
    assert "This question has closed." in her.everything


async def test_a_campaign_comes_with_its_words_and_its_answers_carry_it(stage: Stage) -> None:
    her = await invited(stage)
    await her.taps("Begin")
    await her.taps("Better")
    await her.says("It was good.")
    await her.taps("Skip")
    await her.taps("Yes")
    await her.taps("No, send it")
    newest, _ = await stage.testimonies(AMINA)
    assert newest.campaign == "c" * 32


async def test_where_something_is_open_that_is_asked_first_and_starting_again_answers_the_invitation(
    stage: Stage,
) -> None:
    her = await invited(stage)
    number = her.last.number
    await her.says("/initiative")
    await her.taps("Begin", number)
    assert "Shall we go on with it?" in her.sees
    assert "Begin" in next(each.labels for each in her.chat if each.number == number)
    assert [each.reply for each in await rows(stage)] == [Reply.NONE]
    await her.taps("Start again")
    assert "How is it now, compared with last time?" in her.sees
    [kept] = await stage.sessions()
    [row] = await rows(stage)
    assert (kept.asked, row.reply) == ({"checkin": row.id, "campaign": "c" * 32}, Reply.STARTED)


async def test_going_on_with_the_same_form_answers_it_too_and_with_another_leaves_it_open(
    stage: Stage,
) -> None:
    her = await invited(stage)
    number = her.last.number
    await her.says("/initiative")
    await her.taps("Begin", number)
    await her.taps("Go on")
    [kept] = await stage.sessions()
    assert kept.asked == {}
    await her.taps("Begin", number)
    await her.taps("Start again")
    await her.taps("Better")
    await stage.do(
        lambda unit: unit.sessions.save(replace(unit.sessions.waking(stage.now + timedelta(99))[0], asked={}))
    )
    await her.taps("Begin", number)
    await her.taps("Go on")
    [kept] = await stage.sessions()
    assert kept.asked["campaign"] == "c" * 32


async def test_the_question_for_the_language_keeps_what_she_came_for(stage: Stage) -> None:
    her = await invited(stage)
    respondent = await stage.respondent(AMINA)
    await stage.do(lambda unit: unit.people.save_respondent(replace(respondent, language=None)))
    await her.taps("Begin")
    await her.taps("Français")
    [kept] = await stage.sessions()
    [row] = await rows(stage)
    assert kept.asked == {"checkin": row.id, "campaign": "c" * 32}


async def test_not_now_closes_it_and_nobody_reminds(stage: Stage) -> None:
    her = await invited(stage, reminders=2)
    await her.taps("Not now")
    assert her.sees.startswith("All right, not now.")
    assert her.last.labels == ()
    count = len(her.chat)
    for _ in range(5):
        await stage.comes_to(10)
    assert len(her.chat) == count
    assert [each.reply for each in await rows(stage)] == [Reply.NOT_NOW]


async def test_a_reminder_comes_once_and_says_so(stage: Stage) -> None:
    """S30."""
    her = await invited(stage)
    count = len(her.chat)
    for _ in range(5):
        await stage.comes_to(12)
    assert len(her.chat) == count + 1
    assert her.sees.splitlines()[0] == NEUTRAL
    assert "We asked you a few days ago" in her.sees


async def test_tomorrow_it_comes_once_more_at_the_same_minute_whatever_the_cap(stage: Stage) -> None:
    """R19: what she puts off counts where she puts it."""
    her = await invited(stage)
    for _ in range(3):
        await her.taps("Tomorrow")
        assert her.sees == "All right, we ask again tomorrow."
        count = len(her.chat)
        await stage.comes_to(9)
        assert len(her.chat) == count
        await stage.comes_to(10)
        assert "How was the harvest?" in her.sees
    days = [each.day for each in await rows(stage)]
    assert days == [date(2026, 11, 24) + timedelta(days=each) for each in range(4)]
    assert {each.minute for each in await rows(stage)} == {600}


async def test_less_often_is_one_step_down_to_never_also_from_a_campaign(stage: Stage) -> None:
    """R15."""
    her = await asked(stage)
    await sets(her, "How often", "every week")
    await campaign(stage)
    await stage.comes_to(10)
    [row] = await rows(stage)
    number = her.last.number
    steps = ((Every.FORTNIGHT, "every two weeks"), (Every.MONTH, "once a month"), (Every.NEVER, "never"))
    for every, words in steps:
        await data_of(her, f"c:less:{row.id}", number)
        assert f"From now on we ask: {words}." in her.sees
        assert (await rhythm(stage)).every is every
    assert (await rhythm(stage)).next_day is None
    assert [each.reply for each in await rows(stage)] == [Reply.LESS]
    await campaign(stage, id="d" * 32, code="another", schedule=Schedule(first=date(2026, 11, 26)))
    for _ in range(3):
        await stage.comes_to(11)
    assert len(await rows(stage)) == 1, "she is left out of the next round"


async def test_stop_on_an_invitation_is_slash_stop(stage: Stage) -> None:
    """S45."""
    her = await invited(stage)
    await her.taps("Stop")
    assert "Done. We no longer write to you first." in her.everything
    assert "You chose: Stop" in her.everything
    assert (await stage.respondent(AMINA)).quiet
    [row] = await rows(stage)
    assert row.reply is Reply.STOP


@pytest.mark.parametrize("how", ["expired", "cancelled", "withdrawn"])
async def test_an_invitation_that_is_closed_says_so_whatever_is_tapped(stage: Stage, how: str) -> None:
    """R21."""
    her = await invited(stage, reminders=0)
    number = her.last.number
    [row] = await rows(stage)
    if how == "expired":
        stage.now += timedelta(days=3)
    elif how == "cancelled":
        runs = await stage.do(lambda unit: unit.campaigns.get("c" * 32, partner="mmm"))
        assert runs is not None
        await stage.do(lambda unit: unit.campaigns.save(replace(runs, state=State.CANCELLED)))
    else:
        await stage.do(lambda unit: unit.forms.withdraw("checkin", stage.now))
    for what in ("go", "no", "tomorrow", "less"):
        await data_of(her, f"c:{what}:{row.id}", number)
        assert her.sees == "This question has closed. If you want to tell something: /start"
    assert await stage.sessions() == []
    assert len(await rows(stage)) == 1


async def test_another_persons_invitation_is_nothing_to_her(stage: Stage) -> None:
    """S20."""
    await invited(stage)
    [row] = await rows(stage)
    binta = await asked(stage, BINTA)
    before = await rhythm(stage, BINTA)
    for what in ("go", "no", "tomorrow", "less", "unheard"):
        await data_of(binta, f"c:{what}:{row.id}")
        assert "This button is from earlier" in binta.sees
    assert await rhythm(stage, BINTA) == before
    assert [each.reply for each in await rows(stage)] == [Reply.NONE]


# -- what is looked at once more --------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["/stop", "never", "paused", "revoked"])
async def test_what_she_says_between_planning_and_sending_holds(stage: Stage, how: str) -> None:
    """R15, S45."""
    her = await asked(stage)
    await campaign(stage)
    await stage.ticks()
    [row] = await rows(stage)
    assert row.stage is Stands.PLANNED
    if how == "/stop":
        await her.says("/stop")
    elif how == "revoked":
        await her.says("/mine")
        await her.taps("MG-")
        await her.taps("Ask me again later")
    else:
        await sets(her, *(("How often", "never") if how == "never" else ("Pause", "One month")))
    count = len(her.chat)
    await stage.comes_to(10)
    [row] = await rows(stage)
    why = {"/stop": "stopped", "revoked": "consent"}.get(how, how)
    assert (row.stage, row.reason, len(her.chat)) == (Stands.LEFT, why, count)


async def test_stop_also_takes_back_what_waits_in_the_line(stage: Stage) -> None:
    """R15, S45: it was handed over already, and another message is just being sent."""
    her = await asked(stage)
    await campaign(stage)
    deliver = stage.deliver

    async def nothing() -> None:
        """The line is slow today."""

    stage.deliver = nothing  # type: ignore[method-assign]
    await stage.comes_to(10)
    assert [each.stage for each in await rows(stage)] == [Stands.QUEUED]
    stage.deliver = deliver  # type: ignore[method-assign]
    await her.says("/stop")
    await stage.ticks(minutes=1)
    [row] = await rows(stage)
    assert (row.stage, row.reason) == (Stands.REFUSED, "stopped")
    assert "harvest" not in her.everything


async def test_after_three_days_asleep_a_check_in_is_not_sent(stage: Stage) -> None:
    """R21."""
    her = await asked(stage)
    await campaign(stage)
    await stage.ticks()
    await stage.ticks(days=4)
    [row] = await rows(stage)
    assert (row.stage, row.reason) == (Stands.LEFT, "late")
    assert "harvest" not in her.everything


# -- nobody's telephone rings at night --------------------------------------------------------------------------------


async def test_what_a_moderator_decides_in_her_night_reaches_her_in_the_morning(stage: Stage) -> None:
    her = await asked(stage)
    vera = await stage.moderator(VERA)
    stage.now += timedelta(hours=2)
    await vera.says("/next")
    await vera.taps("Accept")
    assert "it was read" not in her.everything
    await her.says("/help")
    assert "/checkins" in her.sees, "a reply waits for nothing"
    await stage.comes_to(7)
    assert "it was read" not in her.everything
    await stage.comes_to(8)
    assert "it was read" in her.sees


async def test_within_an_hour_after_she_told_it_an_answer_still_reaches_her(stage: Stage) -> None:
    her = await asked(stage)
    vera = await stage.moderator(VERA)
    stage.now += timedelta(minutes=50)
    await vera.says("/next")
    await vera.taps("Accept")
    assert "it was read" in her.sees


async def test_what_was_undone_before_her_morning_is_never_told(stage: Stage) -> None:
    her = await asked(stage)
    vera = await stage.moderator(VERA)
    stage.now += timedelta(hours=2)
    await vera.says("/next")
    for label in ("Accept", "Undo", "Set aside", "Told twice", "Undo", "Ask a question", "Since when"):
        await vera.taps(label)
    await stage.comes_to(9)
    assert "Since when" in her.sees
    assert "it was read" not in her.everything


async def test_of_many_set_aside_in_her_night_she_hears_of_one_that_still_is(stage: Stage) -> None:
    her = await asked(stage)
    await asked(stage)
    second, first = await stage.testimonies(AMINA)
    vera = await stage.moderator(VERA)
    stage.now += timedelta(hours=2)
    await vera.says("/next")
    for label in ("More", "Look-alikes", "All aside: told twice", f"Undo {first.receipt}"):
        await vera.taps(label)
    await stage.comes_to(9)
    assert f"{second.receipt}: it was read." in her.sees
    assert f"{first.receipt}: it was read." not in her.everything


@pytest.mark.parametrize("what", ["k:in:{id}", "t:quote:{id}:0"], ids=["made private", "quoted no more"])
async def test_what_she_took_out_of_all_hands_by_night_is_not_told_of_as_it_was(
    stage: Stage, what: str
) -> None:
    her = await asked(stage)
    await her.says("/mine")
    [told] = await stage.testimonies(AMINA)
    await data_of(her, f"t:quote:{told.id}:1")
    stage.now += timedelta(hours=2)
    await stage.do(lambda unit: tell_published(unit, stage.here("published"), told, "quote"))
    await data_of(her, what.format(id=told.id))
    await stage.comes_to(9)
    assert "the report may quote it" not in her.everything


async def test_a_voice_withdrawn_by_night_takes_along_what_was_to_be_said_of_it_alone(stage: Stage) -> None:
    her = await asked(stage)
    await asked(stage)
    vera = await stage.moderator(VERA)
    stage.now += timedelta(hours=2)
    for label in ("Ask a question", "Accept"):
        await vera.says("/next")
        await vera.taps(label)
        if label == "Ask a question":
            await vera.taps("Since when")
    second, first = await stage.testimonies(AMINA)
    await her.says("/withdraw")
    await her.taps(second.receipt)
    await her.taps("Yes, withdraw it")
    await stage.comes_to(9)
    assert f"{first.receipt}: we have a question for you" in her.everything
    assert "it was read" not in her.everything


async def test_what_was_said_before_it_was_undone_stays_said(stage: Stage) -> None:
    her = await asked(stage)
    vera = await stage.moderator(VERA)
    await vera.says("/next")
    await vera.taps("Accept")
    told = her.everything
    assert "it was read" in told
    await vera.taps("Undo")
    await stage.comes_to(9)
    assert her.everything == told


async def test_her_own_quiet_hours_count_and_stop_takes_back_what_waits(stage: Stage) -> None:
    """S45."""
    her, binta = await asked(stage), await asked(stage, BINTA)
    await sets(binta, "Quiet hours", "No quiet hours")
    vera = await stage.moderator(VERA)
    stage.now += timedelta(hours=2)
    for _ in range(2):
        await vera.says("/next")
        await vera.taps("Accept")
    assert "it was read" in binta.sees
    await her.says("/stop")
    await stage.comes_to(9)
    assert "it was read" not in her.everything


async def test_a_form_that_is_withdrawn_is_told_of_in_the_daytime(stage: Stage) -> None:
    """R22."""
    her = await asked(stage)
    await her.says("/initiative")
    stage.now += timedelta(hours=2)
    await stage.do(lambda unit: arriving.end_all(unit, stage.here(), "initiative"))
    await stage.deliver()
    assert "no longer asked" not in her.sees
    await stage.comes_to(8)
    assert "no longer asked" in her.sees


async def test_what_came_of_it_waits_for_its_turn_in_the_week(stage: Stage) -> None:
    """Two messages a week nobody asked for; the third comes once the first is a week old."""
    her = await asked(stage)
    vera = await stage.moderator(VERA)
    await vera.says("/next")
    await vera.taps("Accept")
    await leads(stage)
    lead = await stage.role(LENA)

    def send(unit: Unit) -> None:
        for number in range(3):
            words = {"en": Words("Rice is dear.", f"We did {number}.")}
            response = Response(f"{number}" * 32, "mmm", "", lead.id, words)
            unit.responses.add(response)
            assert responding.send(unit, stage.here(), lead, response) == 1

    await stage.do(send)
    for _ in range(6):
        await stage.comes_to(9)
    assert sum(f"We did {number}." in her.everything for number in range(3)) == 2
    for _ in range(2):
        await stage.comes_to(9)
    assert sum(f"We did {number}." in her.everything for number in range(3)) == 3


# -- in every language ------------------------------------------------------------------------------------------------


async def test_what_comes_unasked_begins_with_nothing_telling(stage: Stage) -> None:
    """S30: the first sixty characters show on a locked screen: of an invitation, its reminder, and news."""
    her = await asked(stage)
    respondent, lead = await stage.respondent(her.id), await leads(stage)
    languages = [each.code for each in catalogs().ready]
    response = Response("e" * 32, "mmm", "", lead, dict.fromkeys(languages, Words("hunger", "school")))
    own = CheckIn("a" * 32, "", "mmm", respondent.id, date(2026, 11, 24), 600, HOME, stage.now, stage.now)
    of_round = replace(own, campaign="c" * 32)
    runs = Campaign("c" * 32, "mmm", lead, "checkin", wordings=dict.fromkeys(languages, Wording("hunger")))

    def first_lines(unit: Unit, language: str) -> list[str]:
        who = replace(unit.audiences.among([respondent.id])[respondent.id], language=language)
        here, words = stage.here(), catalogs().words(language)
        said = (
            inviting.invitation(unit, here, own, None, who),
            inviting.invitation(unit, here, of_round, runs, who),
            inviting.invitation(unit, here, of_round, runs, who, again=True),
            inviting.invitation(unit, here, replace(own, campaign=RESPONSE + "e" * 32), None, who),
        )
        shown = [render(each, words, lambda action: action) for each in said if each is not None]
        return [plain(parts[0].plain).splitlines()[0] for parts in shown if isinstance(parts[0], Text)]

    await stage.do(lambda unit: unit.responses.add(response))
    for language in languages:
        lines = await stage.do(lambda unit, code=language: first_lines(unit, code))  # type: ignore[misc]
        assert len(lines) == 4
        for line in lines:
            assert telling(language, line[:60]) == set()


ARABIC = """\
> /checkins
نسألكم عن أحوالكم: مرة في الشهر، صباحًا
المرة القادمة: 23 ديسمبر 2026

ساعتكم: أنتاناناريفو، 23:15
ساعات الهدوء: من 20:00 إلى 08:00
[كم مرة] [وقت اليوم] [ساعات الهدوء] [ساعتي] [إيقاف مؤقت] [☐ كل أسبوع، ما يقوله الآخرون]
> كم مرة
كم مرة يمكننا أن نسأل؟
[☐ كل أسبوع] [☐ كل أسبوعين] [☑ مرة في الشهر] [☐ أبدًا] [رجوع]
> كل أسبوعين
نسألكم عن أحوالكم: كل أسبوعين، صباحًا
المرة القادمة: 7 ديسمبر 2026

ساعتكم: أنتاناناريفو، 23:15
ساعات الهدوء: من 20:00 إلى 08:00
[كم مرة] [وقت اليوم] [ساعات الهدوء] [ساعتي] [إيقاف مؤقت] [☐ كل أسبوع، ما يقوله الآخرون]
"""

MALAGASY = """\
> /checkins
Manontany ny toe-draharaha izahay: indray mandeha isam-bolana, maraina
Amin’ny manaraka: 23 Desambra 2026

Ny oranao: Antananarivo, 23:15
Ora mangina: 20:00 ka hatramin’ny 08:00
[Hatetika] [Fotoana ao anatin’ny andro] [Ora mangina] [Ny orako] [Hiato kely] [☐ Isan-kerinandro, ny feon’ny hafa]
> Ora mangina
Amin’ny ora inona no tsy tokony hisy ho tonga izay tsy nangatahinao?
[☑ 20:00 ka hatramin’ny 08:00] [☐ 21:00 ka hatramin’ny 07:00] [☐ 22:00 ka hatramin’ny 09:00] [☐ Tsy misy ora mangina] \
[Adiny iray aloha kokoa] [Adiny iray aoriana kokoa] [Miverina]
> Tsy misy ora mangina
Manontany ny toe-draharaha izahay: indray mandeha isam-bolana, maraina
Amin’ny manaraka: 23 Desambra 2026

Ny oranao: Antananarivo, 23:15
Ora mangina: tsy misy
[Hatetika] [Fotoana ao anatin’ny andro] [Ora mangina] [Ny orako] [Hiato kely] [☐ Isan-kerinandro, ny feon’ny hafa]
"""


async def transcript(stage: Stage, language: str, *taps: str) -> str:
    """Her page and some taps on it, in her language, as she reads it."""
    her = await asked(stage)
    await her.says("/language")
    await her.taps(language)
    said = ""
    for act in ("/checkins", *taps):
        await (her.says(act) if act.startswith("/") else her.taps(act))
        keys = " ".join(f"[{plain(label)}]" for label in her.last.labels)
        said += f"> {act}\n{her.sees}\n{keys}\n"
    return said


async def test_the_page_in_arabic(stage: Stage) -> None:
    assert await transcript(stage, "العربية", "كم مرة", "كل أسبوعين") == ARABIC


async def test_the_page_in_malagasy(stage: Stage) -> None:
    assert await transcript(stage, "Malagasy", "Ora mangina", "Tsy misy ora mangina") == MALAGASY
