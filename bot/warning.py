"""Warning, a deed: whom a breach concerns, what they are told, and telling them (S46).

The General Data Protection Regulation, article 34: people hear of it at once and in plain words where it may well harm
them. Here it may.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.breach import Breach, Concerned, What, to_authority
from bot.circumstances import Circumstances
from bot.journal import PASSED_FROM, READS, Deed
from bot.outbox import Kind
from bot.people import Partner, Respondent
from bot.ports import Origin, Unit
from bot.speech import Day, Message, Sentence
from bot.words import FALLBACK

NEUTRAL = "A note from {partner} about this chat. Please read it when you are alone."

HAPPENED = {
    "copy": "Between {since} and {until}, someone who had no right to it got a copy of our records, or may have. Your"
    " words, your recordings and the address of this chat are encrypted in it and cannot be read. What can be read:"
    " days and times, languages, countries, and what you allowed.",
    "server": "Between {since} and {until}, someone who had no right to it got into the computer on which we keep what"
    " people tell us. They may have read what you told us, and seen the address of this chat.",
    "token": "Between {since} and {until}, someone who had no right to it could read what you wrote in this chat, and"
    " could write to you in our name. If a message asked you for money, your name or a code, it was not from us.",
    "account": "Between {since} and {until}, someone who had no right to it may have read what you told us, through an"
    " account of a person who reads for {partner}.",
}

TOLD = {
    What.DATABASE: "copy",
    What.BACKUP: "copy",
    What.SERVER: "server",
    What.TOKEN: "token",
    What.MODERATOR: "account",
    What.PARTNER: "account",
}
"""Which of these people are told."""

CLOSED = "We have closed this way in, and we tell the data protection authority."

CAN = (
    "If this puts you in danger, look after your safety first. /help names people to talk to. With /mydata you see what"
    " we hold, with /forget everything is erased at once."
)

PERSON = "To reach a person at {partner}: {contact}"

SORRY = "We are sorry. You trusted us, and we did not protect it well enough."


def concerned(unit: Unit, breach: Breach, now: datetime) -> Concerned:
    """Whom a breach concerns, as far as rows and the journal tell.

    A card stays in a moderator's chat: through an account everything is reached that was opened on it before the end,
    also what was opened long before the beginning.
    """
    known = {each.id: each for each in unit.people.met(breach.until)}
    origins = {each.testimony: each for each in unit.testimonies.origins() if each.received_at < breach.until}
    match breach.what:
        case What.MODERATOR:
            opened = unit.journal.objects(READS, breach.until, f"moderator:{breach.whose}")
            return _whose(known, origins, _ids("testimony", opened))
        case What.PARTNER:
            left = _ids("testimony", unit.journal.objects((*READS, "exported"), breach.until))
            passed = _ids("testimony", unit.journal.objects((f"{PASSED_FROM} {breach.whose}",), breach.until))
            theirs = {
                each
                for each in left
                if each in origins and (origins[each].partner == breach.whose or each in passed)
            }
            return _whose(known, origins, theirs)
        case What.TOKEN:
            active = _ids("respondent", unit.journal.actors(breach.since, breach.until))
            ids = active.union(unit.people.wrote(breach.since, breach.until))
            gone = len(active - set(known))
        case _:
            ids = set(known)
            before = unit.journal.objects(("left",), breach.since)
            gone = len(set(unit.journal.objects(("left",), now)).difference(before))
    people = [her for her in known.values() if her.id in ids]
    return Concerned(people, [each for each in origins.values() if each.respondent in ids], gone)


def notice(breach: Breach, partner: Partner) -> tuple[Sentence, ...]:
    """What the people are told; the first line may be seen by whoever stands near (S30)."""
    values = {"partner": partner.name, "contact": partner.contact}
    days = {"since": Day(f"{breach.since:%Y-%m-%d}"), "until": Day(f"{breach.last:%Y-%m-%d}")}
    return (
        Sentence(NEUTRAL, values),
        Sentence(HAPPENED[TOLD[breach.what]], {**values, **days}),
        Sentence(CLOSED),
        Sentence(CAN),
        *([Sentence(PERSON, values)] if partner.contact else []),
        Sentence(SORRY),
    )


def drafts(
    unit: Unit,
    here: Circumstances,
    breach: Breach,
    found: Concerned,
    known_at: datetime,
    readable: Sequence[str],
) -> dict[str, str]:
    """What is to be sent, by file: to the authority, and to the people in each of their languages. It is noted.

    `readable`: the columns that stand in the clear for whoever has the rows.
    """
    unit.journal.write(Deed(here.now, "operator", "looked into", f"breach:{breach.name}"))
    partners = {each.id: each for each in unit.people.partners()}
    files = {"authority.md": to_authority(breach, found, known_at, readable, partners)}
    spoken: dict[str, set[str]] = {}
    for each in found.people:
        spoken.setdefault(each.language or FALLBACK, set()).add(each.partner)
    for language in sorted(spoken):
        texts = [
            "\n\n".join(here.say(sentence, language) for sentence in notice(breach, partners[partner]))
            for partner in sorted(spoken[language])
        ]
        files[f"people.{language}.txt"] = "\n\n\n".join(texts) + "\n"
    return files


def warn(unit: Unit, breach: Breach, now: datetime) -> None:
    """Note that people are told."""
    unit.journal.write(Deed(now, "operator", "warned", f"breach:{breach.name}"))


def tell(unit: Unit, breach: Breach, people: Iterable[Respondent], now: datetime) -> None:
    """Put the notice into the outbox for these people: once for each breach, however often this is done."""
    partners = {each.id: each for each in unit.people.partners()}
    for each in people:
        her = unit.people.respondent(each.id)  # who left meanwhile is let go
        if her is not None and her.reachable:
            unit.outbox.add(
                key=f"breach:{breach.name}:{her.id}",
                address=her.address,
                kind=Kind.NOTICE,
                message=Message(her.language or FALLBACK, notice(breach, partners[her.partner])),
                now=now,
            )


def _ids(kind: str, things: Iterable[str]) -> set[str]:
    """The ids of one kind among the names in the journal."""
    return {each.removeprefix(f"{kind}:") for each in things if each.startswith(f"{kind}:")}


def _whose(known: Mapping[str, Respondent], origins: Mapping[str, Origin], ids: set[str]) -> Concerned:
    """Those who told these testimonies."""
    told = [each for each in origins.values() if each.testimony in ids]
    whose = {each.respondent for each in told}
    return Concerned([her for her in known.values() if her.id in whose], told, len(ids) - len(told))
