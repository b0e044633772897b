"""Progress: what a lead sees of a campaign: its draft, what the dry run found, and how far it is once it runs."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot import planned
from bot.campaign import (
    Campaign,
    Count,
    Hour,
    Kind,
    Lack,
    Progress,
    Reason,
    Reply,
    Stage,
    State,
)
from bot.circumstances import SEPARATOR, Circumstances
from bot.outbox import SHARE
from bot.people import Moderator
from bot.planned import clock, desk
from bot.ports import Unit
from bot.speech import Button, Buttons, Day, Lines, Part, Sentence

PAGE = 8
"""Lines of a table on one page."""

LATELY = timedelta(minutes=10)
"""Of so long at most is the pace taken that is seen: as it is now, whatever it was before a night or a pause."""

SHOWS = timedelta(minutes=1)
"""What was said in less shows no pace: a burst is faster, a start slower."""

FEW = 10
"""Nor do fewer than so many."""

STEP = timedelta(minutes=5)
"""To what an estimated end is rounded: it is no promise, and the card is changed only so often."""

GIVEN_UP = 5
"""Questions at which people stand that are named: those where most do."""

STATES = {
    State.DRAFT: "draft",
    State.WAITING: "waits for a colleague",
    State.RUNNING: "running",
    State.PAUSED: "paused",
    State.CANCELLED: "cancelled",
    State.ENDED: "ended",
}
"""What each state is called (context "campaign")."""

LEFT = {
    Reason.CONSENT: "did not agree to be asked again",
    Reason.STOPPED: "asked for no more messages",
    Reason.UNREACHABLE: "blocked the bot",
    Reason.NEVER: "never want to be asked",
    Reason.PAUSED: "asked to be left alone for a while",
    Reason.LANGUAGE: "nothing is written in their language",
    Reason.CAP: "had enough messages that week",
    Reason.LATE: "their time had passed",
    Reason.FORM: "the form is no longer asked",
    Reason.QUOTA: "there were enough answers",
    Reason.CANCELLED: "the campaign was cancelled",
    Reason.NOTHING: "there was nothing to say",
}
"""Why somebody is left out (context "left out")."""

LACKS = {
    Lack.FORM: "This form is no longer asked: choose another one.",
    Lack.WORDS: "Nothing is written yet: write what people read, in one language at least.",
    Lack.DAY: "Its day is over: choose another one.",
    Lack.RULE: "Its days are not chosen yet.",
    Lack.COUNT: "Next, count the people it would reach.",
}
"""What a draft lacks."""

REPLIES = {
    Reply.NOT_NOW: "not now",
    Reply.TOMORROW: "tomorrow",
    Reply.LESS: "less often",
    Reply.STOP: "stop",
}
"""What people answered in place of beginning (context "reply")."""


def state_named(state: State) -> Sentence:
    """What a state is called."""
    return Sentence(STATES[state], domain="desk", context="campaign")


# -- before it runs ---------------------------------------------------------------------------------------------------


def draft(
    unit: Unit, here: Circumstances, campaign: Campaign, lead: Moderator, lack: Lack | None, *, second: bool
) -> tuple[Part, ...]:
    """A draft, or what waits for a colleague: the plan, what was counted, what is missing; what can be done with it.

    `second`: another lead must approve it.
    """
    reader = here.language(lead.language)
    found = Count.of(campaign.counted) if campaign.counted is not None else None
    said = [_head(unit, here, campaign, reader), *planned.lines(unit, here, campaign, reader)]
    result = _counted(here, found, reader) if found is not None else []
    missing = [desk(LACKS[lack])] if lack is not None and campaign.state is State.DRAFT else []
    if campaign.state is State.WAITING:
        rows = _rows_of_waiting(campaign, lead, found)
    else:
        rows = _rows_of_draft(campaign, lead, lack, found, second=second)
    after = [Lines((*result, *missing))] if result or missing else []
    return Lines(tuple(said)), *after, Buttons(rows)


def counting(unit: Unit, here: Circumstances, campaign: Campaign, lead: Moderator) -> tuple[Part, ...]:
    """While its people are counted."""
    reader = here.language(lead.language)
    wait = desk("The people are being counted. This message changes when it is done.")
    back = Buttons(((button("Back", "jo", campaign),),))
    return Lines((_head(unit, here, campaign, reader), wait)), back


def hours(here: Circumstances, campaign: Campaign, lead: Moderator, page: int) -> tuple[Part, ...]:
    """When people are asked, city by city: a page of the table."""
    reader = here.language(lead.language)
    found = Count.of(campaign.counted).hours if campaign.counted is not None else []
    pages = max(1, -(-len(found) // PAGE))
    page = page if page < pages else 0
    said = [desk("City · their time · UTC · people. (−1): the day before, (+1): the day after.")]
    said += [_hour(here, each, reader) for each in found[page * PAGE : (page + 1) * PAGE]]
    rows = [(button("Back", "jo", campaign),)]
    if pages > 1:
        rows.insert(0, (button("More", f"hn{(page + 1) % pages}", campaign),))
    return Lines(tuple(said)), Buttons(tuple(rows))


def left_out(campaign: Campaign) -> tuple[Part, ...]:
    """Who of the audience is left out, and why."""
    found = Count.of(campaign.counted).left if campaign.counted is not None else {}
    said = [desk("Not asked, of those you chose:")]
    said += [desk("{label}: {answer}", label=_why(reason), answer=people) for reason, people in found.items()]
    back = Buttons(((button("Back", "jo", campaign),),))
    return Lines(tuple(said)), back


def _counted(here: Circumstances, found: Count, reader: str) -> list[Sentence]:
    """How many, by language; how many not."""
    if not found.reached and not found.left:
        return [desk("Nobody would be asked: nobody is of this audience.")]
    languages = SEPARATOR.join(f"{here.name_in(code, reader)} {n}" for code, n in found.languages.items())
    said = [desk("Would be asked: {count}", count=found.reached)]
    if languages:
        said.append(desk("Languages: {what}", what=languages))
    if left := sum(found.left.values()):
        said.append(desk("Left out: {count}", count=left))
    return said


def _hour(here: Circumstances, hour: Hour, reader: str) -> Sentence:
    city = here.catalogs.words(reader).city(hour.zone) if hour.zone else "UTC"
    apart = (hour.utc.date() - hour.local.date()).days
    utc = f"{hour.utc:%H:%M}" + (f" ({'+' if apart > 0 else '−'}{abs(apart)})" if apart else "")
    return desk(
        "{city} · {local} · {utc} · {count}",
        city=city,
        local=f"{hour.local:%H:%M}",
        utc=utc,
        count=hour.people,
    )


def _rows_of_draft(
    campaign: Campaign, lead: Moderator, lack: Lack | None, found: Count | None, *, second: bool
) -> tuple[tuple[Button, ...], ...]:
    rows = [
        (button("Form", "hf", campaign), button("Whom", "hw", campaign)),
        (button("When", "hk", campaign), button("Words", "hi", campaign)),
        (button("Limits", "he", campaign), button("Name", "jm", campaign)),
        *_rows_of_count(campaign, found),
    ]
    if campaign.languages:
        rows.append((button("Preview", "hv", campaign), button("Count the people", "hc", campaign)))
    if lack is None and found is not None and found.reached:
        if second:
            rows.append((button("Ask a colleague", "ja", campaign, style="primary"),))
        else:
            rows.append((button("Start", "js", campaign, style="primary"),))
    rows.append((button("Discard the draft", "jx", campaign, style="danger"), button("Copy", "jd", campaign)))
    return (*rows, (_all(lead),))


def _rows_of_waiting(
    campaign: Campaign, lead: Moderator, found: Count | None
) -> tuple[tuple[Button, ...], ...]:
    rows = [*_rows_of_count(campaign, found), (button("Preview", "hv", campaign),)]
    if lead.id != campaign.moderator:
        rows.append((button("Approve and start", "jg", campaign, style="primary"),))
    rows.append((button("Send back", "jb", campaign), button("Cancel it", "jc", campaign, style="danger")))
    return (*rows, (_all(lead),))


def _rows_of_count(campaign: Campaign, found: Count | None) -> Iterator[tuple[Button, ...]]:
    row = []
    if found is not None and found.hours:
        row.append(button("City by city", "hn", campaign))
    if found is not None and found.left:
        row.append(button("Who is left out", "ho", campaign))
    if row:
        yield tuple(row)


# -- while it runs, and after -----------------------------------------------------------------------------------------


def card(unit: Unit, here: Circumstances, campaign: Campaign, lead: Moderator) -> tuple[Part, ...]:
    """How far a campaign is, and what can be done with it."""
    reader = here.language(lead.language)
    progress = unit.checkins.progress(campaign.id, partner=campaign.partner)
    said = [
        _head(unit, here, campaign, reader),
        *planned.when(here, campaign.schedule, reader),
        *_sent(here, progress, reader),
        *_answers(campaign, progress, unit.testimonies.answers(campaign.id, partner=campaign.partner)),
    ]
    parts: list[Part] = [Lines(tuple(said))]
    if tables := [*_tables(here, progress, reader), *_given_up(unit, campaign, progress, reader)]:
        parts.append(Lines(tuple(tables)))
    if campaign.state in (State.RUNNING, State.PAUSED) and (
        coming := _coming(unit, here, campaign, progress)
    ):
        parts.append(Lines(tuple(coming)))
    return *parts, Buttons(_rows_of_card(campaign, lead))


def ended(unit: Unit, here: Circumstances, campaign: Campaign, reader: str) -> tuple[Part, ...]:
    """The note when it ends: how many were asked and answered."""
    progress = unit.checkins.progress(campaign.id, partner=campaign.partner)
    asked, finished = progress.stages.get(Stage.SENT, 0), progress.replies.get(Reply.FINISHED, 0)
    name = planned.named(unit, here, campaign, reader)
    return (
        desk(
            "“{campaign}” has ended. Asked: {asked}, answered: {answered}.",
            campaign=name,
            asked=asked,
            answered=finished,
        ),
        Buttons(((button("See how it went", "jo", campaign),),)),
    )


def _sent(here: Circumstances, progress: Progress, reader: str) -> Iterator[Sentence]:
    stages = progress.stages
    yield desk("Asked: {count}", count=stages.get(Stage.SENT, 0))
    if waiting := _waiting(progress):
        yield desk("Waiting for their hour: {count}", count=waiting)
    if refused := stages.get(Stage.REFUSED, 0):
        blocked = progress.reasons.get(Reason.UNREACHABLE, 0)
        yield desk(
            "Not taken by Telegram: {count}, of them blocked the bot: {blocked}",
            count=refused,
            blocked=blocked,
        )
    if unknown := stages.get(Stage.UNKNOWN, 0):
        yield desk("Perhaps not arrived: {count}", count=unknown)
    if left := stages.get(Stage.LEFT, 0):
        why = [
            f"{here.say(_why(Reason(reason)), reader)} {count}"
            for reason, count in sorted(progress.reasons.items(), key=lambda each: -each[1])
            if reason != Reason.UNREACHABLE
        ]
        yield (
            desk("Left out: {count} ({why})", count=left, why=SEPARATOR.join(why))
            if why
            else desk("Left out: {count}", count=left)
        )


def _answers(campaign: Campaign, progress: Progress, answers: int) -> Iterator[Sentence]:
    """How many of those asked answered, and how many more told something by its link: both are the answers wanted."""
    finished = progress.replies.get(Reply.FINISHED, 0)
    began = progress.replies.get(Reply.STARTED, 0) + finished
    asked = progress.stages.get(Stage.SENT, 0)
    yield desk("Began: {began}, finished: {finished}", began=began, finished=finished)
    if asked:
        yield desk("Answered, of those asked: {percent} %", percent=round(100 * finished / asked))
    if answers > finished:
        yield desk("By its link: {count}", count=answers - finished)
    if campaign.quota:
        yield desk("Answers wanted: {count}", count=campaign.quota)
    others = tuple(
        desk("{label}: {answer}", label=Sentence(text, domain="desk", context="reply"), answer=count)
        for reply, text in REPLIES.items()
        if (count := progress.replies.get(reply, 0))
    )
    if others:
        yield desk("Others said: {what}", what=others)


def _tables(here: Circumstances, progress: Progress, reader: str) -> Iterator[Sentence]:
    """How many answered of those asked, by language, by hour of their day, by wording."""
    if progress.languages:
        named = {here.name_in(code, reader): both for code, both in sorted(progress.languages.items())}
        yield desk("Answered of those asked, by language: {what}", what=_pairs(named))
    if len(progress.hours) > 1:
        named = {clock(60 * hour): both for hour, both in sorted(progress.hours.items())}
        yield desk("By hour of their day: {what}", what=_pairs(named))
    if len(progress.arms) > 1:
        named = {arm.upper(): both for arm, both in sorted(progress.arms.items())}
        yield desk("By wording: {what}", what=_pairs(named))


def _pairs(counts: Mapping[str, tuple[int, int]]) -> str:
    return SEPARATOR.join(f"{name} {answered}/{asked}" for name, (asked, answered) in counts.items())


def _given_up(unit: Unit, campaign: Campaign, progress: Progress, reader: str) -> Iterator[Sentence]:
    """Where those stand who began and did not finish."""
    most = sorted(progress.standing.items(), key=lambda each: (-each[1], each[0]))[:GIVEN_UP]
    for ref, count in most:
        question = planned.question_named(unit, campaign.form, ref, reader)
        yield desk("Stopped at “{question}”: {count}", question=question, count=count)


def _coming(unit: Unit, here: Circumstances, campaign: Campaign, progress: Progress) -> Iterator[Sentence]:
    """When everybody is asked: not before the last one's own hour, and at the pace that is seen; at the latest by the
    part that campaigns always get. And the next round.
    """
    if campaign.state is State.RUNNING and (waiting := _waiting(progress)):
        first, last = unit.checkins.planned(campaign.id, partner=campaign.partner) or (here.now, here.now)
        pace = _pace(unit, here, campaign, first)
        slowest = min(pace, here.pace * SHARE)
        soonest = _rounded(max(last, here.now + timedelta(seconds=waiting / pace)))
        latest = _rounded(max(last, here.now + timedelta(seconds=waiting / slowest)))
        values = {"day": _day(soonest), "time": f"{soonest:%H:%M}"}
        if latest - soonest <= STEP:
            yield desk("Everybody is asked by {day}, {time} UTC.", **values)
        else:
            yield desk(
                "Everybody is asked by {day}, {time} UTC, if many others write by {later}, {until} UTC.",
                later=_day(latest),
                until=f"{latest:%H:%M}",
                **values,
            )
    if campaign.schedule.kind in (Kind.WEEKLY, Kind.MONTHLY):
        since = here.now.date() + timedelta(days=1)
        following = next(campaign.schedule.days(since, since + timedelta(days=62)), None)
        if following is not None:
            yield desk("Next round: {day}", day=Day(following.isoformat()))


def _pace(unit: Unit, here: Circumstances, campaign: Campaign, first: datetime) -> float:
    """Messages a second as they went while there was somebody whose hour had come (`first`: of those who wait), so that
    neither nights nor idle hours count; as configured where that was too short, or too few were said.
    """
    since = max(first, here.now - LATELY)
    said, since = unit.checkins.said(campaign.id, since, partner=campaign.partner) or (0, here.now)
    if said < FEW or here.now - since < SHOWS:
        return here.pace
    return said / (here.now - since).total_seconds()


def _rows_of_card(campaign: Campaign, lead: Moderator) -> tuple[tuple[Button, ...], ...]:
    rows: list[tuple[Button, ...]] = []
    cancel = button("Cancel it", "jc", campaign, style="danger")
    if campaign.state is State.RUNNING:
        rows.append((button("Pause", "jp", campaign), cancel))
    elif campaign.state is State.PAUSED:
        rows.append((button("Go on", "jr", campaign, style="primary"), cancel))
    return *rows, (button("Copy", "jd", campaign), _all(lead))


# -- both -------------------------------------------------------------------------------------------------------------


def button(text: str, verb: str, campaign: Campaign, **more: Any) -> Button:
    """A button about a campaign; it carries its version, so that an old one changes nothing (S23)."""
    return Button(text, f"r:{verb}:{campaign.id}:{campaign.version}", domain="desk", **more)


def _all(lead: Moderator) -> Button:
    return Button("All campaigns", f"r:j:{lead.id}", domain="desk")


def _head(unit: Unit, here: Circumstances, campaign: Campaign, reader: str) -> Sentence:
    name = planned.named(unit, here, campaign, reader)
    return desk("{campaign} · {state}", campaign=name, state=state_named(campaign.state))


def _why(reason: Reason) -> Sentence:
    return Sentence(LEFT[reason], domain="desk", context="left out")


def _waiting(progress: Progress) -> int:
    return sum(progress.stages.get(stage, 0) for stage in (Stage.PLANNED, Stage.HELD, Stage.QUEUED))


def _rounded(at: datetime) -> datetime:
    """The next full five minutes."""
    past = timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)
    return at if not past else at - past + STEP


def _day(at: datetime) -> Day:
    return Day(at.date().isoformat())
