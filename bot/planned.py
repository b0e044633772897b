"""Planned: what a campaign is to do, in words of its team; and what can be chosen for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import themes
from bot.campaign import Audience, Campaign, Kind, Schedule
from bot.card import KINDS
from bot.change import COMPARED
from bot.circumstances import SEPARATOR, Circumstances
from bot.ports import Unit
from bot.rounds import ROLE
from bot.speech import Day, Sentence
from dialogs.engine import retold
from dialogs.form import Form, Question
from dialogs.form import Kind as Asks

FACETS = ("languages", "countries", "associations", "themes", "roles", "changes")
"""What an audience is chosen by, of which several can be ticked."""

BEHIND = {"roles": ("testimony", ROLE), "changes": ("checkin", COMPARED)}
"""In which built-in form stands the question whose choices a facet offers, and what that question means."""

OTHERWISE = frozenset({"keep", "country", "themes", "consents", ROLE})
"""What questions mean that an audience does not ask for as an answer: they are asked for otherwise, or not at all."""

MOST = 40
"""Choices of a question whose answers can be asked for."""

WEEK = range(7)
"""The weekdays, 0 is Monday."""

LAST = 31
"""The day of a month that is its last, however long it is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of which an earlier answer can be asked for."""

    form: Form
    question: Question

    @property
    def ref(self) -> str:
        """Its place in the form."""
        return self.question.ref

    @property
    def means(self) -> str:
        """What it asks for, as its author says (`tg:means`)."""
        bind = self.form.binds.get(self.ref)
        return bind.chat.get("means", "") if bind else ""

    @property
    def values(self) -> Sequence[str]:
        """Its choices, by name."""
        return tuple(self.question.itemset.choices) if self.question.itemset else ()

    def label(self, reader: str) -> str:
        """The question, in the reader's language."""
        return _of_its_own(retold(self.form, {}, reader).label(self.ref)) or self.question.name

    def answer(self, value: str, reader: str) -> str:
        """One of its choices, in the reader's language."""
        return retold(self.form, {}, reader).instance.label(self.question, value, self.ref) or value


# -- what can be chosen -----------------------------------------------------------------------------------------------


def forms(unit: Unit, partner: str) -> Sequence[str]:
    """The forms a campaign can ask: the check-in first, then the other built-in ones and the partner's own."""
    own = (each.name for each in unit.forms.editions(partner) if each.current and not each.withdrawn)
    return tuple(dict.fromkeys(("checkin", *KINDS, *own)))


def offered(unit: Unit, here: Circumstances, partner: str, facet: str) -> Sequence[str]:
    """The codes of a facet from which one can choose."""
    match facet:
        case "languages":
            return tuple(here.languages)
        case "countries":
            return unit.audiences.countries(partner)
        case "associations":
            return tuple(each.id for each in unit.associations.of(partner))
        case "themes":
            return tuple(code.id for code in themes.frame_of(unit, partner).offered)
        case _:
            question = _behind(unit, facet)
            return () if question is None else question.values


def asked(unit: Unit, partner: str) -> Iterator[Asked]:
    """The questions of which an earlier answer can be asked for. Of the built-in forms those that mean something; those
    that only lead through them do not.
    """
    for name in forms(unit, partner):
        form = _current(unit, name)
        if form is None:
            continue
        for question in form.questions():
            one = Asked(form, question)
            chosen = question.kind in (Asks.SELECT_ONE, Asks.SELECT_MULTIPLE) and 0 < len(one.values) <= MOST
            if chosen and one.means not in OTHERWISE and (one.means or name not in KINDS):
                yield one


# -- in words ---------------------------------------------------------------------------------------------------------


def desk(text: str, **values: Any) -> Sentence:
    """A sentence for a team."""
    return Sentence(text, values, domain="desk")


def counted(one: str, many: str, count: int, **values: Any) -> Sentence:
    """One that counts."""
    return Sentence(one, {"count": count, **values}, many, count, "desk")


def named(unit: Unit, here: Circumstances, campaign: Campaign, reader: str) -> str:
    """What a campaign is called: by its team, else as its form."""
    return campaign.name or form_named(unit, here, campaign.form, reader)


def form_named(unit: Unit, here: Circumstances, name: str, reader: str) -> str:
    """What a form is called."""
    if name in KINDS:
        return here.say(desk(KINDS[name]), reader)
    form = _current(unit, name)
    return (form.title if form else "") or name


def code_named(unit: Unit, here: Circumstances, partner: str, facet: str, code: str, reader: str) -> str:
    """What a code of a facet is called."""
    match facet:
        case "languages":
            return here.name_in(code, reader)
        case "countries":
            return here.country_in(code, reader)
        case "associations":
            return next((each.name for each in unit.associations.of(partner) if each.id == code), code)
        case "themes":
            return themes.frame_of(unit, partner).named(code, reader)
        case _:
            question = _behind(unit, facet)
            return code if question is None else question.answer(code, reader)


def question_named(unit: Unit, form: str, ref: str, reader: str) -> str:
    """A question of a form by its place; the last step of the place where the form has no such any more."""
    found = _current(unit, form)
    if found is None or not any(each.ref == ref for each in found.questions()):
        return ref.rpartition("/")[2]
    return _of_its_own(retold(found, {}, reader).label(ref)) or ref.rpartition("/")[2]


def lines(unit: Unit, here: Circumstances, campaign: Campaign, reader: str) -> list[Sentence]:
    """All of a plan: what is asked, whom, when, in which languages, and when it stops."""
    return [
        desk("Form: {form}", form=form_named(unit, here, campaign.form, reader)),
        *whom(unit, here, campaign, reader),
        *when(here, campaign.schedule, reader),
        words_in(here, campaign, reader),
        limits(here, campaign, reader),
    ]


ASKED = {
    "languages": "Who speak: {what}",
    "countries": "Who live in: {what}",
    "associations": "Who came by: {what}",
    "themes": "Who spoke of: {what}",
    "roles": "Who speak as: {what}",
    "changes": "Who said in their last check-in: {what}",
    "forms": "Who answered: {what}",
}
"""How each facet of an audience is told."""


def whom(unit: Unit, here: Circumstances, campaign: Campaign, reader: str) -> list[Sentence]:
    """Whom it reaches."""
    audience = campaign.audience
    found = [desk("Whom: everybody who agreed to be asked again")]
    for facet, text in ASKED.items():
        if codes := getattr(audience, facet):
            names = tuple(_code(unit, here, campaign.partner, facet, code, reader) for code in codes)
            found.append(desk(text, what=names))
    found += [
        _answered(unit, campaign.partner, ref, values, reader) for ref, values in audience.answers.items()
    ]
    if audience.within:
        found.append(desk("Who told something; days ago at most: {count}", count=audience.within))
    if audience.silent:
        found.append(desk("Who told nothing lately; in days: {count}", count=audience.silent))
    return found


def when(here: Circumstances, schedule: Schedule, reader: str) -> list[Sentence]:
    """When it asks, by each person's own clock."""
    values: dict[str, Any] = {"time": clock(schedule.minute), "day": Day(schedule.first.isoformat())}
    match schedule.kind:
        case Kind.ONCE:
            said = [desk("When: once, on {day} at {time} of each person’s own day", **values)]
        case Kind.WEEKLY:
            values["weekday"] = here.catalogs.words(reader).weekday(schedule.number)
            said = [desk("When: every week, {weekday} at {time} of each person’s own day", **values)]
        case Kind.MONTHLY if schedule.number == LAST:
            said = [desk("When: the last day of every month at {time} of each person’s own day", **values)]
        case Kind.MONTHLY:
            values["number"] = schedule.number
            said = [desk("When: every month on day {number} at {time} of each person’s own day", **values)]
        case Kind.AFTER:
            values["count"] = schedule.number
            said = [
                desk(
                    "When: days after they last told something: {count}, at {time} of their own day",
                    **values,
                )
            ]
    if schedule.kind is not Kind.ONCE:
        said.append(
            desk("From {day} on, without an end", **values)
            if schedule.last is None
            else desk("From {day} to {last}", last=Day(schedule.last.isoformat()), **values)
        )
    return said


def words_in(here: Circumstances, campaign: Campaign, reader: str) -> Sentence:
    """In which languages it is ready."""
    written = tuple(here.name_in(code, reader) for code in campaign.languages)
    return desk("Written in: {languages}", languages=written) if written else desk("Nothing is written yet.")


def limits(here: Circumstances, campaign: Campaign, reader: str) -> Sentence:
    """How often it reminds, when an invitation closes, when the campaign has enough."""
    said = (reminders(campaign.reminders), stays_open(campaign.expires), enough(campaign.quota))
    return desk("Limits: {what}", what=SEPARATOR.join(here.say(each, reader) for each in said))


def reminders(count: int) -> Sentence:
    """How often at most it reminds."""
    return desk("Reminders: {count}", count=count)


def stays_open(days: int) -> Sentence:
    """For how many days an invitation can be answered."""
    return desk("Days open: {count}", count=days)


def enough(quota: int) -> Sentence:
    """After how many answers it ends."""
    return desk("Answers at most: {count}", count=quota) if quota else desk("No limit")


def clock(minute: int) -> str:
    """A minute of the day as a clock shows it."""
    return f"{minute // 60:02}:{minute % 60:02}"


def chosen(audience: Audience, facet: str, code: str) -> tuple[str, ...]:
    """The codes of a facet with this one ticked, or no more."""
    codes: tuple[str, ...] = getattr(audience, facet)
    return tuple(each for each in codes if each != code) if code in codes else (*codes, code)


def answered(audience: Audience, ref: str, value: str) -> Mapping[str, tuple[str, ...]]:
    """The earlier answers with this one ticked, or no more."""
    values = audience.answers.get(ref, ())
    values = tuple(each for each in values if each != value) if value in values else (*values, value)
    return {name: each for name, each in {**audience.answers, ref: values}.items() if each}


def _of_its_own(label: str) -> str:
    """What is left of a label that begins with what somebody told: “: how is it now”."""
    return label.lstrip(" ,.:;–—،：")


def _code(unit: Unit, here: Circumstances, partner: str, facet: str, code: str, reader: str) -> str:
    if facet == "forms":
        return form_named(unit, here, code, reader)
    return code_named(unit, here, partner, facet, code, reader)


def _answered(unit: Unit, partner: str, ref: str, values: Sequence[str], reader: str) -> Sentence:
    one = next((each for each in asked(unit, partner) if each.ref == ref), None)
    if one is None:
        return desk("Who answered “{question}”: {what}", question=ref, what=tuple(values))
    names = tuple(one.answer(value, reader) for value in values)
    return desk("Who answered “{question}”: {what}", question=one.label(reader), what=names)


def _behind(unit: Unit, facet: str) -> Asked | None:
    """The question of a built-in form whose choices are those of a facet."""
    name, means = BEHIND[facet]
    form = _current(unit, name)
    asks = (Asked(form, each) for each in form.questions()) if form else ()
    return next((each for each in asks if each.means == means and each.values), None)


def _current(unit: Unit, name: str) -> Form | None:
    try:
        return unit.forms.current(name)
    except KeyError:
        return None
