"""The queue: how much waits, what of it a moderator wants to see, taking the next, what is open.

Verbs: n next · o open again · f what to see, fl languages, fc countries, ft themes, ff forms, fa campaigns (what
was asked), each with the code that is tapped · fg a region: all its countries · fx see everything
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial

from bot import conveying, offering, reviewing
from bot.buttons import LONGEST
from bot.card import KINDS as FORMS
from bot.card import theme
from bot.chat.moderating.acting import Act, Handler
from bot.chat.moderating.outcome import show
from bot.chat.moderating.phrases import button, counted, desk, say
from bot.circumstances import SEPARATOR
from bot.people import Region
from bot.queued import KINDS, Filter, Group
from bot.speech import Button, Buttons, Lines, Sentence
from bot.standing import Nothing, Taken

MOST = 24
"""How many of one kind can be chosen from: those that wait most."""

LABELS = {
    "l": ("languages", "Languages"),
    "c": ("countries", "Countries"),
    "t": ("themes", "Themes"),
    "f": ("forms", "Forms"),
    "a": ("campaigns", "Campaigns"),
}
"""What the queue can be narrowed down by: the letter of its verb, its kind, its button."""


def waiting(act: Act) -> None:
    """/queue: how many wait for this moderator, in all their roles, by language, region and country, and how long."""
    groups = _groups(act)
    total = sum(each.count for each in groups)
    wanted = act.unit.queue.filter(act.role.address)
    if not total:
        nothing = Lines((desk("Nothing is waiting. Thank you."), *_answered(act)))
        say(act.unit, act.here, act.role, nothing, *_clear(wanted))
        return
    summary = [counted("{count} voice is waiting.", "{count} voices are waiting.", total)]
    if late := sum(each.late for each in groups):
        summary.append(desk("Longer than promised: {count}", count=late))
    languages, countries = _counts(groups, "languages"), _counts(groups, "countries")
    names = {
        _region(act, each): sum(countries[code] for code in each.countries)
        for each in _regions(act, countries)
    }
    summary += [
        desk(text, what=SEPARATOR.join(f"{name} {count}" for name, count in listed.most_common()))
        for text, listed in (
            ("Languages: {what}", _named(act, "languages", languages)),
            ("Regions: {what}", Counter(names)),
            ("Countries: {what}", _named(act, "countries", countries)),
        )
        if listed
    ]
    if wanted:
        summary.append(desk("You see: {what}", what=_chosen(act, wanted)))
    summary += _answered(act)
    rows = [(button("Next", "n"),), (button("Choose what I see", "f"),)]
    say(act.unit, act.here, act.role, Lines(tuple(summary)), Buttons(tuple(rows + _rows(_clear(wanted)))))


def take(act: Act, otherwise: Handler) -> None:
    """/next: the first that waits for any of their roles, of what they want to see; `otherwise` where nothing does."""
    found = reviewing.take(act.unit, act.here, *act.roles)
    role = act.role
    if isinstance(found, Taken):
        role = next(each for each in act.roles if each.id == found.testimony.claimed_by)
    wanted = act.unit.queue.filter(act.role.address)
    if isinstance(found, Nothing) and wanted:
        nothing = desk("Nothing is waiting of what you see: {what}", what=_chosen(act, wanted))
        say(act.unit, act.here, act.role, nothing, *_clear(wanted))
    elif isinstance(found, Nothing):
        otherwise(act)
    else:
        show(act, found, role=role, in_place=False)


def opened(act: Act) -> None:
    """/claimed: what they have open, one button each."""
    mine = [testimony for role in act.roles for testimony in reviewing.claimed(act.unit, act.here, role)]
    if not mine:
        say(act.unit, act.here, act.role, desk("You have nothing open. Take the next one: /next"))
        return
    rows = tuple((Button(each.receipt, f"r:o:{each.id}", literal=True),) for each in mine)
    summary = counted("You have {count} voice open.", "You have {count} voices open.", len(mine))
    say(act.unit, act.here, act.role, summary, Buttons(rows))


def reopen(act: Act) -> None:
    """Show again what is open."""
    show(act, reviewing.reopen(act.unit, act.here, act.role, act.which), in_place=False)


def choose(act: Act) -> None:
    """What they see now, and by what it can be narrowed down."""
    wanted = act.unit.queue.filter(act.role.address)
    lines = [desk("Choose what you want to see. It stays so until you change it.")]
    if wanted:
        lines.append(desk("You see: {what}", what=_chosen(act, wanted)))
    kinds = [button(label, f"f{letter}") for letter, (_, label) in LABELS.items()]
    rows = [*_in_pairs(kinds), *_rows(_clear(wanted)), (button("Next", "n"),)]
    say(act.unit, act.here, act.role, Lines(tuple(lines)), Buttons(tuple(rows)), in_place=True)


def choose_of(letter: str, act: Act) -> None:
    """Of one kind: what waits, one switch each; the one that was tapped is turned over."""
    kind, label = LABELS[letter]
    wanted = act.unit.queue.filter(act.role.address)
    there = (
        _counts(_groups(act), kind)
        if kind != "themes"
        else Counter(reviewing.themes(act.unit, act.here, act.roles))
    )
    if act.which in {*there, *wanted.of(kind)}:
        wanted = wanted.toggled(kind, act.which)
        act.unit.queue.save_filter(act.role.address, wanted)
    whole = _whole(act, wanted) if kind == "countries" else []
    regions = _regions(act, there, whole) if kind == "countries" else []
    codes = [code for code, _ in there.most_common(MOST) if _fits(code)]
    codes += sorted(wanted.of(kind) - set(codes) - _countries(whole))
    by_region = [
        Button(f"🌍 {_region(act, each)}", f"r:fg:{each.id}", literal=True, picked=each in whole)
        for each in regions
    ]
    switches = [
        Button(_name(act, kind, code), f"r:f{letter}:{code}", literal=True, picked=code in wanted.of(kind))
        for code in codes
    ]
    rows = [*_in_pairs(by_region), *_in_pairs(switches), (button("Back", "f"),)]
    head = [desk(label if codes or regions else "Nothing was found.")]
    if regions:
        head.append(desk("🌍 a region: all its countries"))
    say(act.unit, act.here, act.role, Lines(tuple(head)), Buttons(tuple(rows)), in_place=True)


def choose_region(act: Act) -> None:
    """All countries of a region at once; none of them where all were chosen."""
    wanted = act.unit.queue.filter(act.role.address)
    for each in act.unit.associations.regions():
        if each.id == act.which:
            act.unit.queue.save_filter(act.role.address, wanted.toggled("countries", *each.countries))
    choose_of("c", act)


def clear(act: Act) -> None:
    """See everything again."""
    act.unit.queue.save_filter(act.role.address, Filter())
    choose(act)


COMMANDS: Mapping[str, Handler] = {"queue": waiting, "claimed": opened}
VERBS: Mapping[str, Handler] = {
    "o": reopen,
    "f": choose,
    "fg": choose_region,
    "fx": clear,
    **{f"f{letter}": partial(choose_of, letter) for letter in LABELS},
}


def _answered(act: Act) -> list[Sentence]:
    """That somebody answered to a published voice, and nobody has read it; that a translation waits for them."""
    there = any(True for role in act.roles for _ in offering.unread(act.unit, role))
    lines = [desk("People answered to published voices: /offers")] if there else []
    if any(conveying.somebody_waits(act.unit, act.here, role) for role in act.roles):
        lines.append(desk("A translation waits for a second reader: /translate"))
    return lines


def _fits(code: str) -> bool:
    """Whether a button can carry it: an author's names may be of any length."""
    return ":" not in code and len(f"r:ff:{code}".encode()) <= LONGEST


def _groups(act: Act) -> list[Group]:
    return [group for role in act.roles for group in reviewing.waiting(act.unit, act.here, role)]


_CODE: Mapping[str, Callable[[Group], str]] = {
    "languages": lambda group: group.language,
    "countries": lambda group: group.country,
    "forms": lambda group: group.form,
    "campaigns": lambda group: group.campaign,
}


def _counts(groups: Iterable[Group], kind: str) -> Counter[str]:
    """How many wait, by the codes of one kind."""
    counts: Counter[str] = Counter()
    for group in groups:
        if code := _CODE[kind](group):
            counts[code] += group.count
    return counts


def _named(act: Act, kind: str, counts: Counter[str]) -> Counter[str]:
    """The same counts, by what the codes are called."""
    return Counter({_name(act, kind, code): count for code, count in counts.items()})


def _regions(act: Act, there: Collection[str], besides: Collection[Region] = ()) -> list[Region]:
    """The regions with something in one of their countries, and these."""
    return [
        each
        for each in act.unit.associations.regions()
        if each in besides or not set(there).isdisjoint(each.countries)
    ]


def _whole(act: Act, wanted: Filter) -> list[Region]:
    """The regions of which every country is chosen."""
    return [
        each
        for each in act.unit.associations.regions()
        if each.countries and wanted.countries.issuperset(each.countries)
    ]


def _countries(regions: Iterable[Region]) -> set[str]:
    return {country for each in regions for country in each.countries}


def _chosen(act: Act, wanted: Filter) -> str:
    """What is chosen, kind by kind; the countries of a whole region by its name."""
    whole = _whole(act, wanted)
    called = {kind: [_name(act, kind, code) for code in sorted(wanted.of(kind))] for kind in KINDS}
    rest = sorted(wanted.countries - _countries(whole))
    called["countries"] = [_region(act, each) for each in whole] + [
        _name(act, "countries", code) for code in rest
    ]
    return SEPARATOR.join(", ".join(called[kind]) for kind in KINDS if called[kind])


def _region(act: Act, region: Region) -> str:
    """What a region is called in the moderator's language."""
    return act.here.region_in(region.name, act.role.language)


def _name(act: Act, kind: str, code: str) -> str:
    """What a code is called in the moderator's language."""
    reader = act.role.language
    match kind:
        case "languages":
            return act.here.name_in(code, reader)
        case "countries":
            return act.here.country_in(code, reader)
        case "campaigns":
            return _campaign(act, code)
        case "themes":
            return theme(act.unit.forms.current("testimony"), code, act.here.language(reader))
        case _:
            if code in FORMS:
                return act.here.say(desk(FORMS[code]), act.here.language(reader))
            return _title(act, code)


def _title(act: Act, form: str) -> str:
    """What an author calls a form; its name where it begins no more."""
    try:
        return act.unit.forms.current(form).title
    except KeyError:
        return form


def _campaign(act: Act, id: str) -> str:
    """What a campaign of one of their partners is called; its form's title where nobody named it."""
    found = (act.unit.campaigns.get(id, partner=role.partner) for role in act.roles)
    campaign = next((each for each in found if each is not None), None)
    if campaign is None:
        return "…"
    return campaign.name or _name(act, "forms", campaign.form)


def _clear(wanted: Filter) -> tuple[Buttons, ...]:
    return (Buttons(((button("See everything", "fx"),),)),) if wanted else ()


def _in_pairs(buttons: Sequence[Button]) -> list[tuple[Button, ...]]:
    return [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]


def _rows(each: Sequence[Buttons]) -> list[tuple[Button, ...]]:
    return [row for buttons in each for row in buttons.rows]
