"""Composing a campaign: in which words, within which limits; then a look at it as people will see it, and a count.

Verbs, each with the campaign and its version: hi the words, hi<n> in this language: twice its place, and 1 for the
second wording · hz<n> take these words out · he the limits, he<n> this one · hv what people see, hv<n> in this language
and wording · hc count the people · hn city by city, hn1 … its page · ho who is left out
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot import attending, inviting, planned, progress
from bot.campaign import REMINDERS, Campaign, Candidate, CheckIn, Wording
from bot.chat.moderating.acting import Act, Handler, wait_for
from bot.chat.moderating.leading import (
    change,
    composed,
    here,
    led,
    literal,
    on,
    pairs,
    read_by,
    to_draft,
    under,
    written,
)
from bot.chat.moderating.phrases import desk, say
from bot.circumstances import tell
from bot.outbox import Kind
from bot.people import Moderator
from bot.progress import button
from bot.rhythm import Rhythm
from bot.speech import Button, Buttons, Message, Part, Quote, Sentence

WORDS_LONGEST = 600
"""Characters of an invitation: with its buttons it is one screen of a phone."""

EXPIRES = (1, 3, 7, 14)
"""Days for which an invitation stays open."""

QUOTAS = (0, 50, 100, 500, 1000)
"""Answers after which a campaign ends; 0 for never."""


def wordings(act: Act) -> None:
    """In which languages it is written; or it is written in the one that was tapped."""
    if (found := composed(act)) is None:
        return
    lead, campaign = found
    language, arm = _written_in(act)
    if language is None:
        languages(act, lead, campaign)
    else:
        _ask(act, lead, campaign, language, arm)


def invite(act: Act) -> None:
    """What people read was written."""
    if (found := written(act)) is None:
        return
    lead, campaign = found
    language, arm = str(act.waiting.get("language", "")), str(act.waiting.get("arm", "a"))
    words = act.words.strip()
    if len(words) > WORDS_LONGEST:
        long = desk(
            "Please say it in at most {count} characters; these were {length}.",
            count=WORDS_LONGEST,
            length=len(words),
        )
        wait_for(replace(act, role=lead), "invitation", campaign=campaign.id, language=language, arm=arm)
        say(act.unit, act.here, lead, long)
        return
    before = campaign.wordings.get(language, Wording(""))
    after = replace(before, **{arm: words})
    if changed := change(act, lead, campaign, wordings={**campaign.wordings, language: after}):
        languages(act, lead, changed)


def take_out(act: Act) -> None:
    """These words are wanted no more."""
    if (found := composed(act)) is None:
        return
    lead, campaign = found
    language, arm = _written_in(act)
    kept = dict(campaign.wordings)
    if language in kept and arm == "b":
        kept[language] = Wording(kept[language].a)
    elif language is not None:
        kept.pop(language, None)
    if changed := change(act, lead, campaign, wordings=kept):
        languages(act, lead, changed)


def limits(act: Act) -> None:
    """Reminders, how long it stays open, how many answers are enough; or the one that was tapped."""
    if (found := composed(act)) is None:
        return
    lead, campaign = found
    number = act.tapped.number
    offered = list(_limits(campaign))
    if number is not None and number < len(offered):
        _, name, value = offered[number]
        changed = change(act, lead, campaign, **{name: value})
        if changed is None:
            return
        campaign = changed
    _limit(act, lead, campaign)


def preview(act: Act) -> None:
    """In which language; or as people see it in the one that was tapped: its buttons do nothing here."""
    if (found := led(act)) is None:
        return
    lead, campaign = found
    language, arm = _written_in(act)
    if language not in campaign.languages:
        rows = [
            (button(text, f"hv{number}", campaign, literal=True),)
            for number, text in _versions(act, lead, campaign)
        ]
        here(act, lead, desk("See it as people will. In which language?"), under(rows, (to_draft(campaign),)))
        return
    seen = invitation(act, campaign, str(language), arm)
    attending.leave(act.unit, act.here, lead)
    back = button(act.here.say(desk("Back"), read_by(act, lead)), "hv", campaign, literal=True)
    same = f"r:hv{act.tapped.number}:{campaign.id}:{campaign.version}"
    parts = tuple(_still(part, same, back) for part in seen.parts)
    message = Message(seen.language, parts, replaces=act.here.message, protect=True)
    tell(act.unit, act.here, lead.address, message, kind=Kind.MODERATION)


def invitation(act: Act, campaign: Campaign, language: str, arm: str) -> Message:
    """What is sent to somebody of this language and wording."""
    now = act.here.now
    her = Rhythm("")
    who = Candidate("", "", language, "", quiet=False, reachable=True, rhythm=her)
    one = CheckIn(
        "", campaign.id, campaign.partner, "", now.date(), 0, "", now, now, campaign.form, language, arm
    )
    message = inviting.invitation(act.unit, act.here, one, campaign, who)
    return message if message is not None else Message(language, ())


def count(act: Act) -> None:
    """Count the people; what was found takes the place of this word."""
    if found := composed(act):
        lead, campaign = found
        attending.count_for(act.unit, act.here, lead, campaign)


def cities(act: Act) -> None:
    """When, city by city."""
    if found := led(act):
        lead, campaign = found
        here(act, lead, *progress.hours(act.here, campaign, lead, act.tapped.number or 0))


def left_out(act: Act) -> None:
    """Who is left out, and why."""
    if found := led(act):
        lead, campaign = found
        here(act, lead, *progress.left_out(campaign))


VERBS: Mapping[str, Handler] = {
    "hi": wordings,
    "hz": take_out,
    "he": limits,
    "hv": preview,
    "hc": count,
    "hn": cities,
    "ho": left_out,
}
WORDS: Mapping[str, Handler] = {"invitation": invite}


def languages(act: Act, lead: Moderator, campaign: Campaign) -> None:
    """The languages, the lead's own first; those that are written are ticked."""
    reader = read_by(act, lead)
    codes = list(act.here.languages)
    ordered = sorted(codes, key=lambda code: code != reader)
    switches = [
        button(
            act.here.name_in(code, reader),
            f"hi{2 * codes.index(code)}",
            campaign,
            literal=True,
            picked=code in campaign.languages,
        )
        for code in ordered
    ]
    asked = desk(
        "Write what people will read, in each language. Only people whose language is ticked are asked."
    )
    parts = (asked, under(pairs(switches), on(campaign, "he")))
    if act.tapped.verb:
        here(act, lead, *parts)
    else:
        say(act.unit, act.here, lead, *parts)


def _ask(act: Act, lead: Moderator, campaign: Campaign, language: str, arm: str) -> None:
    """The next words are what people read; what stands there can be taken out, or get a second wording."""
    wait_for(replace(act, role=lead), "invitation", campaign=campaign.id, language=language, arm=arm)
    number = act.tapped.number or 0
    stands = campaign.wordings.get(language, Wording(""))
    name = act.here.name_in(language, lead.language)
    rows: list[tuple[Button, ...]] = []
    if arm == "b":
        asked = desk("Write the second wording in {language}. Every second person gets it.", language=name)
        words = stands.b
        if words:
            rows.append((button("Take it out", f"hz{number}", campaign),))
        back = button("Back", f"hi{number - 1}", campaign)
    else:
        asked = desk(
            "Write in {language} what you want to know, in two or three sentences. The first line of the message is"
            " ours and says nothing of it.",
            language=name,
        )
        words = stands.a
        if words:
            rows.append((button("A second wording", f"hi{number + 1}", campaign),))
            rows.append((button("Take it out", f"hz{number}", campaign),))
        back = button("Back", "hi", campaign)
    quoted = (Quote(words),) if words else ()
    here(act, lead, asked, *quoted, under(rows, (back,)))


def _limit(act: Act, lead: Moderator, campaign: Campaign) -> None:
    rows: dict[str, list[Button]] = {}
    for at, (text, name, value) in enumerate(_limits(campaign)):
        picked = getattr(campaign, name) == value
        rows.setdefault(name, []).append(literal(act, lead, text, f"he{at}", campaign, picked=picked))
    asked = desk(
        "Who does not answer is reminded so often; then the invitation closes. Enough answers end it."
    )
    every = [row for each in rows.values() for row in pairs(each)]
    here(act, lead, asked, under(every, (button("Done", "jo", campaign, style="primary"),)))


def _limits(campaign: Campaign) -> Iterator[tuple[Sentence, str, int]]:
    """What each button says, what of a campaign it sets, and to what."""
    for each in range(REMINDERS + 1):
        yield planned.reminders(each), "reminders", each
    for each in EXPIRES:
        yield planned.stays_open(each), "expires", each
    for each in QUOTAS:
        yield planned.enough(each), "quota", each


def _versions(act: Act, lead: Moderator, campaign: Campaign) -> Iterator[tuple[int, str]]:
    """Each language and wording that is written: its number, and what it is called."""
    reader = read_by(act, lead)
    for at, code in enumerate(act.here.languages):
        if code in campaign.languages:
            name = act.here.name_in(code, reader)
            yield 2 * at, name
            if campaign.wordings[code].b:
                yield 2 * at + 1, act.here.say(desk("{language}, second wording", language=name), reader)


def _written_in(act: Act) -> tuple[str | None, str]:
    """The language and the wording that a button names."""
    place, second = divmod(act.tapped.number if act.tapped.number is not None else -1, 2)
    codes = list(act.here.languages)
    return (codes[place] if 0 <= place < len(codes) else None), "b" if second else "a"


def _still(part: Part, action: str, back: Button) -> Part:
    """The same part, each of its buttons a picture of itself, and one more that leads back."""
    if not isinstance(part, Buttons):
        return part
    rows = tuple(tuple(replace(each, action=action) for each in row) for row in part.rows)
    return Buttons((*rows, (back,)))
