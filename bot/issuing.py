"""Issuing: the report for whoever leads, asked for in the chat, made apart from it and sent as the file they chose.

Setting pages takes half a second, a Word file a whole one, in which others would wait: it is done beside the loop.
"""

import asyncio
import logging
from base64 import b64encode
from datetime import date, timedelta
from functools import partial

from bot import compiling
from bot.chapters import Writer
from bot.circumstances import Circumstances, tell
from bot.outbox import Kind
from bot.people import Moderator, Partner
from bot.ports import Clock, Store, Unavailable, Unit
from bot.report import Ledger, Period
from bot.speech import Day, Document, Message, Sentence
from bot.words import Catalogs

log = logging.getLogger("voices.issuing")


async def issue(store: Store, clock: Clock, catalogs: Catalogs) -> int:
    """Make and send the reports that leads wait for; how many. One that is broken off is made anew."""
    from bot.paper.folder import single  # what sets the page is needed by nothing else of the bot

    count = 0
    for partner, lead, months, kind in await store.transact(_asked):
        now = clock.now()
        here = Circumstances(f"report:{lead.id}:{now.isoformat()}", now, catalogs)
        period = last_months(months, now.date())
        try:
            gathered = await compiling.compiled(
                store, catalogs, [partner], period, now, actor=f"moderator:{lead.id}"
            )
            writer = Writer(gathered, Ledger(gathered), catalogs, here.language(lead.language))
            content = await asyncio.to_thread(single, writer, kind)
        except Unavailable:
            raise
        except Exception:  # one that cannot be made must not hold up those of others (R31)
            log.exception("a report could not be made")
            continue
        document = Document(
            f"report-{period.first:%Y-%m}-{period.last:%Y-%m}.{kind}", b64encode(content).decode()
        )
        await store.transact(
            partial(_send, here=here, partner=partner, lead=lead, period=period, document=document)
        )
        count += 1
    return count


def last_months(count: int, today: date) -> Period:
    """So many whole months, the last one that is over at the end."""
    last = today.replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    for _ in range(count - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return Period(first, last)


def _asked(unit: Unit) -> list[tuple[Partner, Moderator, int, str]]:
    """Who waits for a report of which partner, of how many months, as what; who leads there no more is forgotten."""
    found = []
    for partner in unit.people.partners():
        leads = {each.id: each for each in unit.people.moderators_of(partner.id) if each.leads(partner.id)}
        for lead, (months, kind) in compiling.waiting(unit, partner.id).items():
            if lead in leads:
                found.append((partner, leads[lead], months, kind))
            else:
                compiling.answered(unit, partner.id, lead)
    return found


def _send(
    unit: Unit, here: Circumstances, partner: Partner, lead: Moderator, period: Period, document: Document
) -> None:
    compiling.answered(unit, partner.id, lead.id)
    now = unit.people.moderator(lead.id)
    if now is None or not now.leads(partner.id):
        return
    said = Sentence(
        "{partner}: what people told from {first} to {last}. It holds only quotes that are allowed today; when a voice"
        " is withdrawn, ask for it anew.",
        {
            "partner": partner.name,
            "first": Day(period.first.isoformat()),
            "last": Day(period.last.isoformat()),
        },
        domain="desk",
    )
    message = Message(here.language(lead.language), (said, document))
    tell(unit, here, lead.address, message, kind=Kind.MODERATION, step=lead.id)
