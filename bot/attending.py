"""Attending, a deed by way of campaigning: what a lead watches is kept up to date where it lies in the chat, people are
counted while the bot goes on, and who watches hears when a campaign ends.
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from functools import partial

from bot import campaigning, progress
from bot.campaign import AWAY, COUNTING, OVER, Campaign, Lack, State
from bot.circumstances import Circumstances, tell
from bot.outbox import PER_SECOND, Kind
from bot.people import Moderator
from bot.ports import Clock, Stale, Store, Unit
from bot.speech import Message, Part, to_plain
from bot.words import Catalogs

log = logging.getLogger("voices.attending")


@dataclass(frozen=True, slots=True)
class Attending:
    """What time itself does with the cards of campaigns. `pace`: messages a second that may go."""

    store: Store
    clock: Clock
    catalogs: Catalogs
    pace: float = PER_SECOND

    async def count(self) -> int:
        """Count the people of those campaigns for which a lead asked, batch by batch; how many campaigns."""
        asked = [
            each for each in await self.store.transact(lambda unit: unit.campaigns.watched()) if _counts(each)
        ]
        for campaign in asked:
            here = self._here()
            try:
                await campaigning.count(self.store, here, campaign)
            except Stale:
                log.info("a campaign changed while its people were counted")
            await self.store.transact(partial(_found, here=here, id=campaign.id, partner=campaign.partner))
        return len(asked)

    async def keep_up(self) -> int:
        """Change the cards that would say something else now; how many."""
        here = self._here()
        watched = await self.store.transact(lambda unit: unit.campaigns.watched())
        count = 0
        for campaign in watched:
            if not _counts(campaign) and campaign.state is not State.DRAFT:
                count += await self.store.transact(
                    partial(_show, here=here, id=campaign.id, partner=campaign.partner)
                )
        return count

    def _here(self) -> Circumstances:
        now = self.clock.now()
        cause = f"campaigns:{now.isoformat()}"
        return Circumstances(cause, now, self.catalogs, kind=Kind.MODERATION, pace=self.pace)


def view(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign) -> tuple[Part, ...]:
    """What a lead sees of a campaign: the plan while it is composed, then how far it is."""
    if campaign.state in (State.DRAFT, State.WAITING):
        lack = campaigning.lacks(unit, here, campaign)
        if (
            lack is None
            and campaign.state is State.DRAFT
            and not campaigning.counted_lately(campaign, here.now)
        ):
            lack = Lack.COUNT
        second = campaigning.needs_second(campaign)
        return progress.draft(unit, here, campaign, lead, lack, second=second)
    return progress.card(unit, here, campaign, lead)


def watch(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign) -> None:
    """Say how it is in place of what was tapped, and keep that up to date from now on."""
    leave(unit, here, lead)
    parts = view(unit, here, lead, campaign)
    message = _message(here, lead, campaign, parts, here.message)
    over = campaign.state in (State.CANCELLED, State.ENDED)
    _lies(unit, lead, campaign, here.message, OVER if over else _hash(message))
    tell(unit, here, lead.address, message, kind=Kind.MODERATION)


def count_for(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign) -> None:
    """Say that its people are being counted; what was found takes that place."""
    leave(unit, here, lead)
    message = _message(here, lead, campaign, progress.counting(unit, here, campaign, lead), here.message)
    _lies(unit, lead, campaign, here.message, COUNTING)
    tell(unit, here, lead.address, message, kind=Kind.MODERATION)


def leave(unit: Unit, here: Circumstances, lead: Moderator) -> None:
    """Something else takes the place of what was tapped: no card is kept up to date there."""
    if here.message is not None:
        unit.campaigns.leave(lead.address, here.message)


def _counts(campaign: Campaign) -> bool:
    return campaign.card_says == COUNTING and campaign.state is State.DRAFT


def _found(unit: Unit, *, here: Circumstances, id: str, partner: str) -> None:
    """What was counted takes the place of the word that it is being counted, where that still stands."""
    campaign = unit.campaigns.get(id, partner=partner)
    if campaign is not None and campaign.card_says == COUNTING:
        _show(unit, here=here, id=id, partner=partner)


def _show(unit: Unit, *, here: Circumstances, id: str, partner: str) -> int:
    """Bring its card up to date: 1 where it says something else now. Who leads no more watches no more (S22)."""
    campaign = unit.campaigns.get(id, partner=partner)
    if campaign is None or campaign.card is None:
        return 0
    address, number = campaign.card
    lead = next((role for role in unit.people.moderators_at(address) if role.leads(partner)), None)
    if lead is None:
        unit.campaigns.watch(id, address, number, OVER)
        return 0
    message = _message(here, lead, campaign, view(unit, here, lead, campaign), number or None)
    says = _hash(message)
    over = campaign.state in (State.CANCELLED, State.ENDED)
    away = campaign.card_says == AWAY
    if not over and (away or says == campaign.card_says):
        return 0
    unit.campaigns.watch(id, address, number, OVER if over else says)
    if not away:
        tell(unit, here, address, message, kind=Kind.MODERATION, step=id)
    if campaign.state is State.ENDED:
        note = Message(message.language, progress.ended(unit, here, campaign, message.language), protect=True)
        tell(unit, here, address, note, kind=Kind.MODERATION, step=f"{id}:ended")
    return 1


def _message(
    here: Circumstances, lead: Moderator, campaign: Campaign, parts: tuple[Part, ...], replaces: int | None
) -> Message:
    language = here.language(lead.language)
    return Message(language, parts, replaces=replaces, protect=True, campaign=campaign.id)


def _lies(unit: Unit, lead: Moderator, campaign: Campaign, number: int | None, says: str) -> None:
    unit.campaigns.watch(campaign.id, lead.address, number or 0, says)


def _hash(message: Message) -> str:
    """What it says, wherever it lies."""
    plain = to_plain(message.parts)
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]
