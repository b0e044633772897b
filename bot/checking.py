"""Checking, a deed: /checkins, where she says how often and when she is asked, and what she taps on an invitation.

Every change stands in the same message: a page, the choices of one thing, the page again (two taps).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot import daytime, zones
from bot.campaign import DIGEST, RESPONSE, RHYTHM, CheckIn, Reply, State
from bot.circumstances import Circumstances, reply
from bot.consenting import CONSENTS
from bot.daytime import FOR_GOOD, OFTEN
from bot.greeting import begin, old_button
from bot.heard import Place
from bot.inviting import NEUTRAL
from bot.journal import Deed
from bot.people import Respondent
from bot.ports import Unit
from bot.rhythm import DAY, PARTS, QUIET, Every, Part, Quiet, Rhythm, less, local, moment
from bot.speech import Button, Buttons, Lines, Sentence, ShareHere
from bot.speech import Day as Said
from bot.speech import Part as Speech
from bot.walking import place_only, saved
from dialogs import effect

PART = {
    Part.MORNING: "in the morning",
    Part.NOON: "at noon",
    Part.AFTERNOON: "in the afternoon",
    Part.EVENING: "in the evening",
}
"""The part of her day, in words."""

NIGHTS = (QUIET, Quiet(21 * 60, 7 * 60), Quiet(22 * 60, 9 * 60))
"""Quiet hours that are offered; any others by shifting them."""

NONE = Quiet(0, 0)

PAUSES = {"week": "One week", "month": "One month", "good": "Until I say so"}

ASKS = {
    "every": "How often may we ask?",
    "part": "At which part of your day?",
    "quiet": "Between which hours should nothing come that you did not ask for?",
    "pause": "How long should nothing be asked?",
    "zone": "By which city is your clock?",
}
"""What is asked where one thing is changed."""

MAY_NOT = (
    "At the moment we may not ask you again. To allow it, open what you told and turn on “{switch}”: /mine"
)

CLOSED = "This question has closed. If you want to tell something: /start"

TOMORROW = timedelta(days=1)

Change = Callable[[Unit, Circumstances, Respondent, Rhythm, str], Rhythm]
"""What a choice makes of her rhythm. ValueError for what is no choice."""


# -- her own page -----------------------------------------------------------------------------------------------------


def show(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """/checkins: how often, when, by whose clock; and all that can be changed."""
    daytime.agreed(unit, here, her)  # who allowed it before there were rhythms has one now
    reply(unit, here, her, *_page(unit, here, her))


def change(unit: Unit, here: Circumstances, her: Respondent, path: Sequence[str]) -> None:
    """A button of the page: nothing more shows the page, one word its choices, two choose."""
    match path:
        case []:
            parts = _page(unit, here, her)
        case [what] if what in ASKS:
            parts = _choices(unit, here, her, what)
        case ["zone", "here"]:
            saved(unit, her, waiting={"for": "place", "clock": True})
            reply(unit, here, her, ShareHere())
            return
        case ["quiet", hours, "shift"] if _changed(unit, here, her, "quiet", hours):
            parts = _choices(unit, here, her, "quiet")
        case [what, choice] if what in CHANGES and _changed(unit, here, her, what, choice):
            parts = _page(unit, here, her)
        case _:
            old_button(unit, here, her)
            return
    reply(unit, here, her, *parts, replaces=here.message)


def awaits_place(her: Respondent) -> bool:
    """Whether a place she shares now says by which clock she lives."""
    return bool(place_only(her).get("clock"))


def locate(unit: Unit, here: Circumstances, her: Respondent, place: Place) -> None:
    """She shared where she is: the zone is kept, and nothing else of it (S5). Where the nearest city of her country and
    the nearest of all have different clocks, she is asked which: she may have left it, or live near a border.
    """
    her = saved(unit, her, waiting={})
    own, any_ = (
        zones.nearest(place.latitude, place.longitude, within) for within in (daytime.country(unit, her), "")
    )
    if _now(here, own) == _now(here, any_):
        _changed(unit, here, her, "zone", own)
        parts = _page(unit, here, her)
    else:
        keys = _cities(here, her, daytime.rhythm(unit, her), (any_, own))
        parts = [Sentence(ASKS["zone"]), Buttons((*keys, (Button("Back", "c:set"),)))]
    thanks = effect.Say(paragraphs=("👌",))  # a message of its own takes the keyboard away
    reply(unit, here, her, thanks, *parts)


def _changed(unit: Unit, here: Circumstances, her: Respondent, what: str, choice: str) -> bool:
    """Keep a choice of hers; False for what is none."""
    before = daytime.rhythm(unit, her)
    try:
        after = CHANGES[what](unit, here, her, before, choice)
    except ValueError:
        return False
    if after != before or before.version == 0:
        unit.rhythms.save(after)
        unit.journal.write(Deed(here.now, f"respondent:{her.id}", f"changed {what}", f"respondent:{her.id}"))
    if after.zone != before.zone:
        unit.checkins.moved(her.id, after.zone, here.now)
    if after.part is not before.part:
        _shift(unit, here, her, PARTS[after.part])
    return True


def _shift(unit: Unit, here: Circumstances, her: Respondent, minute: int) -> None:
    """What is planned of her own rhythm comes in this part of its day, where that is still to come."""
    for each in unit.checkins.ahead(her.id):
        due = replace(each, minute=minute).moment_in(each.zone)
        if each.campaign == RHYTHM and due > here.now:
            unit.checkins.set_minute(each.id, minute, due, respondent=her.id)


def _every(unit: Unit, here: Circumstances, her: Respondent, rhythm: Rhythm, choice: str) -> Rhythm:
    return _begun(unit, here, her, replace(rhythm, every=Every(choice)))


def _part(unit: Unit, here: Circumstances, her: Respondent, rhythm: Rhythm, choice: str) -> Rhythm:
    return replace(rhythm, part=Part(choice))


def _quiet(unit: Unit, here: Circumstances, her: Respondent, rhythm: Rhythm, choice: str) -> Rhythm:
    begins, ends = (int(hour) % 24 * 60 for hour in choice.split("-"))
    return replace(rhythm, quiet=Quiet(begins, ends))


def _pause(unit: Unit, here: Circumstances, her: Respondent, rhythm: Rhythm, choice: str) -> Rhythm:
    today = local(here.now, rhythm.zone).date()
    until: dict[str, date | None] = {
        "off": None,
        "week": today + timedelta(days=7),
        "month": today + timedelta(days=30),
        "good": FOR_GOOD,
    }
    if choice not in until:
        raise ValueError(choice)
    paused = replace(rhythm, paused_until=until[choice])
    if rhythm.next_day is None or choice in ("off", "good"):
        return _begun(unit, here, her, paused)
    return replace(paused, next_day=max(rhythm.next_day, until[choice] or today))


def _digest(unit: Unit, here: Circumstances, her: Respondent, rhythm: Rhythm, choice: str) -> Rhythm:
    return replace(rhythm, digest=bool(int(choice)))


def _zone(unit: Unit, here: Circumstances, her: Respondent, rhythm: Rhythm, choice: str) -> Rhythm:
    if not zones.known(choice):
        raise ValueError(choice)
    return replace(rhythm, zone=choice)


def _begun(unit: Unit, here: Circumstances, her: Respondent, rhythm: Rhythm) -> Rhythm:
    """It runs from today on, where she may be asked at all."""
    if not daytime.may_be_asked(unit, her):
        return replace(rhythm, next_day=None)
    return daytime.beginning(rhythm, here.now)


CHANGES: Mapping[str, Change] = {
    "every": _every,
    "part": _part,
    "quiet": _quiet,
    "pause": _pause,
    "digest": _digest,
    "zone": _zone,
}


def _page(unit: Unit, here: Circumstances, her: Respondent) -> list[Speech]:
    """One small message: what stands, and a button for each thing that can be changed."""
    rhythm = daytime.rhythm(unit, her)
    may = daytime.may_be_asked(unit, her)
    rows: list[tuple[Button, ...]] = []
    parts: list[Speech] = []
    if her.quiet:
        parts.append(
            Sentence("You asked us not to write first, so nothing comes by itself. To change that: /start")
        )
    if may:
        parts.append(Lines(tuple(_when(unit, here, her, rhythm))))
        rows.append((_opens("How often", "every"), _opens("Part of the day", "part")))
    else:
        parts.append(Sentence(MAY_NOT, {"switch": Sentence(CONSENTS["contact"])}))
    parts.append(Lines((_clock(here, her, rhythm), _silence(rhythm))))
    rows.append((_opens("Quiet hours", "quiet"), _opens("My clock", "zone")))
    if may and rhythm.every is not Every.NEVER:
        rows.append(
            (_opens("Go on asking", "pause:off") if _paused(here, rhythm) else _opens("Pause", "pause"),)
        )
    digest = f"c:set:digest:{int(not rhythm.digest)}"
    rows.append((Button("Once a week, what others tell", digest, picked=rhythm.digest),))
    return [*parts, Buttons(tuple(rows))]


def _when(unit: Unit, here: Circumstances, her: Respondent, rhythm: Rhythm) -> list[Sentence]:
    """How often, when, and the next day."""
    often = Sentence(OFTEN[rhythm.every], context="often")
    if rhythm.every is Every.NEVER:
        return [Sentence("We ask how it is: {often}", {"often": often})]
    part = Sentence(PART[rhythm.part], context="part")
    asked = Sentence("We ask how it is: {often}, {part}", {"often": often, "part": part})
    if rhythm.paused_until == FOR_GOOD:
        return [asked, Sentence("Paused until you say so.")]
    planned = (each.day for each in unit.checkins.ahead(her.id) if each.campaign == RHYTHM)
    days = [*planned, *([rhythm.next_day] if rhythm.next_day else [])]
    coming = [Sentence("Next time: {day}", {"day": _said(min(days))})] if days else []
    if _paused(here, rhythm) and rhythm.paused_until is not None:
        coming.insert(0, Sentence("Paused until {day}.", {"day": _said(rhythm.paused_until)}))
    return [asked, *coming]


def _clock(here: Circumstances, her: Respondent, rhythm: Rhythm) -> Sentence:
    if not rhythm.zone:
        return Sentence("Your clock: we do not know it yet.")
    return Sentence(
        "Your clock: {city}, {time}", {"city": _city(here, her, rhythm.zone), "time": _now(here, rhythm.zone)}
    )


def _silence(rhythm: Rhythm) -> Sentence:
    if rhythm.quiet.begins == rhythm.quiet.ends:
        return Sentence("Quiet hours: none")
    return Sentence("Quiet hours: from {begins} to {ends}", _hours(rhythm.quiet))


def _choices(unit: Unit, here: Circumstances, her: Respondent, what: str) -> list[Speech]:
    """What one thing can be; what it is now is ticked."""
    rhythm = daytime.rhythm(unit, her)
    rows: list[tuple[Button, ...]]
    match what:
        case "every":
            rows = [(_choice(OFTEN[each], f"every:{each}", rhythm.every is each, "often"),) for each in Every]
        case "part":
            rows = [(_choice(PART[each], f"part:{each}", rhythm.part is each, "part"),) for each in Part]
        case "quiet":
            rows = _nights(rhythm.quiet)
        case "pause":
            rows = [(_opens(text, f"pause:{choice}"),) for choice, text in PAUSES.items()]
        case _:
            listed = _listed(unit, here, her, rhythm)
            rows = [*_cities(here, her, rhythm, listed), (_opens("📍 By where I am", "zone:here"),)]
    return [Sentence(ASKS[what]), Buttons((*rows, (Button("Back", "c:set"),)))]


def _nights(quiet: Quiet) -> list[tuple[Button, ...]]:
    """Hours to choose, her own among them, and an hour earlier or later."""
    own = () if quiet in (*NIGHTS, NONE) else (quiet,)
    rows: list[tuple[Button, ...]] = [
        (
            Button(
                "From {begins} to {ends}",
                f"c:set:quiet:{_written(each)}",
                _hours(each),
                picked=each == quiet,
            ),
        )
        for each in sorted((*NIGHTS, *own))
    ]
    rows.append((_choice("No quiet hours", "quiet:0-0", quiet == NONE),))
    if quiet != NONE:
        shifts = (("An hour earlier", -60), ("An hour later", 60))
        rows.append(
            tuple(_opens(text, f"quiet:{_written(_shifted(quiet, by))}:shift") for text, by in shifts)
        )
    return rows


def _listed(unit: Unit, here: Circumstances, her: Respondent, rhythm: Rhythm) -> Sequence[str]:
    """A zone for each clock of her country, and the one she lives by; none where that is the only one."""
    offered = daytime.clocks(daytime.country(unit, her), here.now.date())
    own = (rhythm.zone,) if rhythm.zone and rhythm.zone not in offered else ()
    return (*offered, *own) if len(offered) + len(own) > 1 else ()


def _cities(
    here: Circumstances, her: Respondent, rhythm: Rhythm, listed: Sequence[str]
) -> list[tuple[Button, ...]]:
    """A city for each of these zones, with what its clocks show."""
    return [
        (
            Button(
                f"{_city(here, her, zone)} · {_now(here, zone)}",
                f"c:set:zone:{zone}",
                literal=True,
                picked=zone == rhythm.zone,
            ),
        )
        for zone in listed
    ]


def _paused(here: Circumstances, rhythm: Rhythm) -> bool:
    until = rhythm.paused_until
    return until is not None and local(here.now, rhythm.zone).date() < until


def _opens(text: str, path: str) -> Button:
    return Button(text, f"c:set:{path}")


def _choice(text: str, path: str, picked: bool, context: str = "") -> Button:
    return Button(text, f"c:set:{path}", picked=picked, context=context)


def _said(day: date) -> Said:
    return Said(day.isoformat())


def _city(here: Circumstances, her: Respondent, zone: str) -> str:
    return here.catalogs.words(here.language(her.language)).city(zone)


def _now(here: Circumstances, zone: str) -> str:
    """What her clock shows: the one time of day that is ever said to her, and it is hers."""
    return f"{local(here.now, zone):%H:%M}"


def _hours(quiet: Quiet) -> dict[str, str]:
    return {"begins": _wall(quiet.begins), "ends": _wall(quiet.ends)}


def _wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _written(quiet: Quiet) -> str:
    return f"{quiet.begins // 60}-{quiet.ends // 60}"


def _shifted(quiet: Quiet, by: int) -> Quiet:
    return Quiet((quiet.begins + by) % DAY, (quiet.ends + by) % DAY)


# -- an invitation ----------------------------------------------------------------------------------------------------


def tap(unit: Unit, here: Circumstances, her: Respondent, what: str, id: str) -> None:
    """A button of an invitation: begin, not now, tomorrow, less often."""
    checkin = unit.checkins.get(id, respondent=her.id)
    if checkin is None or what not in ANSWERS or checkin.campaign.startswith((DIGEST, RESPONSE)):
        old_button(unit, here, her)
    elif _closed(unit, here, checkin):
        reply(unit, here, her, Sentence(CLOSED), replaces=here.message)
    else:
        ANSWERS[what](unit, here, her, checkin)


def stop(unit: Unit, here: Circumstances, her: Respondent, id: str) -> None:
    """Stop was tapped on an invitation: it says so. That nothing more comes is /stop itself, also by an old button."""
    if unit.checkins.get(id, respondent=her.id) is not None:
        unit.checkins.replied(id, Reply.STOP, here.now, respondent=her.id)
        _chose(unit, here, her, "Stop")


def _begin(unit: Unit, here: Circumstances, her: Respondent, checkin: CheckIn) -> None:
    """Its form begins. Where something else is open, that is asked first, and the invitation stays as it is."""
    if unit.sessions.of(her.id) is None:
        _chose(unit, here, her, "Begin")
    asked = {"checkin": checkin.id, "campaign": checkin.campaign}
    begin(unit, here, her, checkin.form, asked=asked)


def _not_now(unit: Unit, here: Circumstances, her: Respondent, checkin: CheckIn) -> None:
    unit.checkins.replied(checkin.id, Reply.NOT_NOW, here.now, respondent=her.id)
    done = Sentence("All right, not now. Nobody reminds you of it. Whenever you like: /start")
    reply(unit, here, her, done, replaces=here.message)


def _tomorrow(unit: Unit, here: Circumstances, her: Respondent, checkin: CheckIn) -> None:
    """The same once more, on her next day at the same minute (R19)."""
    zone = daytime.rhythm(unit, her).zone or checkin.zone
    day = local(here.now, zone).date() + TOMORROW
    while (due := moment(day, checkin.minute, zone)) is None:
        day += TOMORROW
    again = CheckIn(
        id=here.fresh(),
        campaign=checkin.campaign,
        partner=checkin.partner,
        respondent=her.id,
        day=day,
        minute=checkin.minute,
        zone=zone,
        due_at=due,
        expires_at=due + timedelta(days=3),
        form=checkin.form,
        language=checkin.language,
        arm=checkin.arm,
    )
    unit.checkins.plan([again])
    unit.checkins.replied(checkin.id, Reply.TOMORROW, here.now, respondent=her.id)
    reply(unit, here, her, Sentence("All right, we ask again tomorrow."), replaces=here.message)


def _less(unit: Unit, here: Circumstances, her: Respondent, checkin: CheckIn) -> None:
    """One step less often from now on, and this one is closed."""
    before = daytime.rhythm(unit, her)
    after = _begun(unit, here, her, replace(before, every=less(before.every)))
    unit.rhythms.save(after)
    unit.journal.write(Deed(here.now, f"respondent:{her.id}", "changed every", f"respondent:{her.id}"))
    unit.checkins.replied(checkin.id, Reply.LESS, here.now, respondent=her.id)
    often = Sentence(OFTEN[after.every], context="often")
    done = Sentence("All right. From now on we ask: {often}. To change it: /checkins", {"often": often})
    reply(unit, here, her, done, replaces=here.message)


Answer = Callable[[Unit, Circumstances, Respondent, CheckIn], None]

ANSWERS: Mapping[str, Answer] = {"go": _begin, "no": _not_now, "tomorrow": _tomorrow, "less": _less}


def _closed(unit: Unit, here: Circumstances, checkin: CheckIn) -> bool:
    """Whether it is answered, expired, of a campaign that is over, or of a form nobody asks any more."""
    if here.now >= checkin.expires_at or checkin.finished_at is not None:
        return True
    if checkin.campaign != RHYTHM:
        campaign = unit.campaigns.named(checkin.campaign)
        if campaign is None or campaign.state in (State.CANCELLED, State.ENDED):
            return True
    try:
        unit.forms.current(checkin.form)
    except LookupError:
        return True
    return False


def _chose(unit: Unit, here: Circumstances, her: Respondent, choice: str) -> None:
    """The invitation becomes what was chosen; what follows from it is a message of its own."""
    partner = {"partner": unit.people.partner(her.partner).name}
    chosen = Sentence("You chose: {choice}", {"choice": Sentence(choice)})
    reply(unit, here, her, Sentence(NEUTRAL, partner), chosen, replaces=here.message, step="chosen")
