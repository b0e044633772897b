"""A breach: what somebody reached who had no right to it, whom it concerns, and what the authority is told (S46).

The General Data Protection Regulation, article 33: the authority hears of it within 72 hours of our knowing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.people import Partner, Respondent
from bot.ports import Origin, Unit

CLOCK = timedelta(hours=72)
"""Within which the authority hears of it, from the moment we know."""


class What(StrEnum):
    """What was reached. Database and backup: without the key file; server: with it."""

    DATABASE = "database"
    BACKUP = "backup"
    SERVER = "server"
    TOKEN = "token"  # noqa: S105  (the word, no token)
    MODERATOR = "moderator"
    PARTNER = "partner"


ROWS = (What.DATABASE, What.BACKUP, What.SERVER)
"""By these the rows were reached as they are kept."""

REACHED = {
    What.DATABASE: "A copy of the database, without the key file: what is listed below in the clear. What people\n"
    "said, recordings and chat addresses are sealed (AES-256-GCM, keys kept elsewhere).",
    What.BACKUP: "A backup and the private key that opens it, without the key file: what is listed below in the\n"
    "clear. What people said, recordings and chat addresses are sealed (AES-256-GCM, keys kept elsewhere).",
    What.SERVER: "The server with its key file: everything. What people said, recordings, chat addresses, and what is\n"
    "listed below.",
    What.TOKEN: "The bot's token: what people wrote to the bot in that time, with their Telegram account (name,\n"
    "username, id); writing to them in the bot's name, and forwarding what stands in these chats.",
    What.MODERATOR: "The account of one who reads: words and recordings of the testimonies opened on it until then,\n"
    "country, themes, language, what was allowed. No name, no account, no address of the person.",
    What.PARTNER: "The accounts of those who read for one partner, or what was exported for it: words and recordings\n"
    "of testimonies, country, themes, language, what was allowed. No name, no account, no address of the person.",
}


@dataclass(frozen=True, slots=True)
class Breach:
    """What was reached (`whose`: the id, where there are several), from when until when (not included)."""

    what: What
    since: datetime
    until: datetime
    whose: str = ""

    @classmethod
    def read(cls, unit: Unit, what: str, since: datetime, until: datetime) -> "Breach":
        """From the words of an operator: "database", "moderator:ID", "partner:NAME". ValueError, LookupError: what is
        wrong with them.
        """
        kind, _, whose = what.partition(":")
        several = (What.MODERATOR, What.PARTNER)
        if kind not in set(What) or (kind in several) is not bool(whose):
            ways = ", ".join(f"{each}:…" if each in several else each for each in What)
            raise ValueError(f"{what} is none of {ways}.")
        if until <= since:
            raise ValueError("It ends before it begins: see --from and --to.")
        if kind == What.MODERATOR and unit.people.moderator(whose) is None:
            raise LookupError(f"There is no moderator {whose}: voices team list.")
        if kind == What.PARTNER:
            ids = [each.id for each in unit.people.partners() if whose in (each.id, each.name)]
            if not ids:
                raise LookupError(f"There is no partner {whose}: voices team list.")
            whose = ids[0]
        return cls(What(kind), since, until, whose)

    @property
    def name(self) -> str:
        """The same for the same breach, so that nobody is told of it twice."""
        which = f"{self.what}:{self.whose}" if self.whose else str(self.what)
        return f"{which}:{self.since:%Y%m%d}-{self.last:%Y%m%d}"

    @property
    def last(self) -> datetime:
        """Its last day."""
        return self.until - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom it concerns, and which of their testimonies. `gone`: so many more of which nothing is held any more."""

    people: Sequence[Respondent]
    testimonies: Sequence[Origin]
    gone: int

    @property
    def reachable(self) -> list[Respondent]:
        """Those who have not blocked the bot. Who asked us not to write first is told too: the law makes us."""
        return [each for each in self.people if each.reachable]


def due(known_at: datetime) -> datetime:
    """By when the authority must have heard of it."""
    return known_at + CLOCK


def to_authority(
    breach: Breach,
    found: Concerned,
    known_at: datetime,
    readable: Sequence[str],
    partners: Mapping[str, Partner],
) -> str:
    """The draft of the notification, in Markdown. `readable`: the columns that stand in the clear."""
    people, told = len(found.people), len(found.reachable)
    sensitive = sum(each.sensitive for each in found.testimonies)
    countries: dict[str, set[str]] = {}
    for each in found.testimonies:
        countries.setdefault(each.respondent, set()).add(each.country)
    tables = "\n".join(
        (
            _table("language", Counter(each.language or "not chosen" for each in found.people)),
            _table(
                "country",
                Counter(
                    ", ".join(sorted(countries.get(each.id, set()) - {""})) or "not known"
                    for each in found.people
                ),
            ),
            _table("partner", Counter(partners[each.partner].name for each in found.people)),
        )
    )
    clear = "\n".join(("## What could be read in the clear\n", *(f"- {each}" for each in readable), "", ""))
    contacts = "\n".join(f"- {each.name}: {each.contact or '[contact]'}" for each in partners.values())
    return f"""# Notification of a personal data breach (GDPR, article 33): a draft

**With the authority by {due(known_at):%Y-%m-%d %H:%M} UTC**, 72 hours after it became known
({known_at:%Y-%m-%d %H:%M} UTC). What is not known by then follows later; who is late says why.
What stands in brackets is yours to write.

## What happened

Between {breach.since:%Y-%m-%d} and {breach.last:%Y-%m-%d}. [How, found how and by whom.]

{REACHED[breach.what]}

## Whom it concerns

{people} people who told what they live through, {len(found.testimonies)} testimonies, {sensitive} of them sensitive.
They may be poor, in danger, or children. {found.gone} more are not held any more and cannot be told.

{tables}
{clear if breach.what in ROWS else ""}## What may come of it

[Recognised by what they told, by whoever harms them. Written to in our name. Loss of trust.]

## What was done

[The way in closed: token revoked, account ended, keys changed, server rebuilt.]
The journal: [the sentence of `voices journal verify`].
The people are told in the chat, in their languages: {told} can be reached, {people - told} have blocked the bot.
[How these are warned.]

## Who answers

{contacts}
- [The data protection officer.]
"""


def _table(what: str, counts: Counter[str]) -> str:
    rows = "".join(f"| {name} | {count} |\n" for name, count in counts.most_common())
    return f"| {what} | people |\n|---|---|\n{rows}"
