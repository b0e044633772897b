"""The doctor: looks at a set-up, changes nothing, and says what is wrong with it and what to do."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TextIO

from telegram import Bot, User, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot import returning, streams, wiring
from bot.chat.request import Request
from bot.config import Settings
from bot.forward import Standing, State, Target
from bot.forwarding import examine as examine_target
from bot.openrosa import OpenRosa
from bot.people import Role
from bot.ports import BACKUP, RESTORED, Store, Unit
from bot.words import Catalogs

ROOM = 500 * 1024 * 1024
"""Bytes that should be free on the data folder's disk."""

DRIFT = 60
"""Seconds this machine's clock may differ from Telegram's: invitations, wake-ups and "read within" follow it."""

RECENT = timedelta(minutes=10)
"""For how long a failed call of the webhook is worth telling; Telegram remembers the last one for good."""


STALE = timedelta(days=2)
"""When a backup is too old: a daily one was missed."""

TOLD = timedelta(days=14)
"""How long the doctor tells of a restore."""


class Mark(StrEnum):
    """How a thing was found; only what is wrong makes the doctor end with 1."""

    WELL = "✓"
    ADVICE = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it was found, what it is, and what to do where it is not well."""

    mark: Mark
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        """Its line."""
        return f"{self.mark} {self.what}" + (f": {self.remedy}" if self.remedy else "")


async def examine(settings: Settings, out: TextIO) -> int:
    """Write one line for each thing looked at; 1 where something is wrong, else 0."""
    wrong = 0
    async for finding in findings(settings):
        wrong += finding.mark is Mark.WRONG
        out.write(f"{finding}\n")
    out.write(f"{wrong} to be put right.\n" if wrong else "All is well.\n")
    return int(wrong > 0)


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """Everything worth looking at, the most basic first; stops where nothing further can be seen."""
    yield _room(settings)
    for look in (_data, _telegram):
        for finding in await look(settings):
            yield finding
    for finding in _words():
        yield finding


def _room(settings: Settings) -> Finding:
    folder = settings.data_dir.resolve()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    what = f"{free // 2**20} MB are free for the data"
    if free < ROOM:
        return Finding(Mark.WRONG, what, "make room, a full disk stops the intake")
    return Finding(Mark.WELL, what)


async def _data(settings: Settings) -> list[Finding]:
    try:
        async with wiring.looked_at(settings) as store:
            if store is None:
                return [
                    Finding(Mark.ADVICE, "there is no data yet", "voices run makes it, or voices migrate")
                ]
            return [
                Finding(Mark.WELL, f"the keys are in {settings.key_file}, readable by you alone"),
                Finding(Mark.WELL, "the database opens and has this version's shape"),
                *_folder(settings),
                *await store.transact(_people),
                *await store.transact(_lane),
                *await store.transact(_backups),
                *await servers(store),
            ]
    except wiring.Fault as fault:
        return [Finding(Mark.WRONG, "the data cannot be opened", wiring.sentence(fault, settings))]


def _folder(settings: Settings) -> list[Finding]:
    folder = settings.data_dir
    if not wiring.open_to_others(folder):
        return []
    return [Finding(Mark.WRONG, f"{folder} can be looked into by others", f"run chmod 700 {folder}")]


def _people(unit: Unit) -> list[Finding]:
    found = []
    for partner in unit.people.partners():
        if not partner.contact:
            found.append(
                Finding(Mark.WRONG, "no partner is named", "voices team partner NAME --contact ADDRESS")
            )
            continue
        roles = [each.role for each in unit.people.moderators_of(partner.id)]
        if roles:
            found.append(Finding(Mark.WELL, f"{partner.name} has {len(roles)} who read"))
        else:
            found.append(Finding(Mark.WRONG, f"nobody reads for {partner.name}", "voices team invite"))
        if Role.FOCAL_POINT in roles:
            found.append(Finding(Mark.WELL, f"{partner.name} has a focal point"))
        else:
            remedy = "sensitive voices wait unseen, voices team invite --role focal_point"
            found.append(Finding(Mark.WRONG, f"{partner.name} has no focal point", remedy))
    return found


def _lane(unit: Unit) -> list[Finding]:
    """Whether a private case needs the operator; not how many there are."""
    unread = unit.cases.unread()
    found = []
    if any(each.barred for each in unread):
        remedy = "name a partner that may, voices lane independent NAME"
        what = "a private case speaks of the partner that would read it, and nobody may"
        found.append(Finding(Mark.WRONG, what, remedy))
    if any(not each.barred for each in unread):
        what, remedy = "a private case has waited for days", "write to the focal points yourself"
        found.append(Finding(Mark.WRONG, what, remedy))
    return found


def _backups(unit: Unit) -> list[Finding]:
    """How old the last backup is, and what a restore has cost."""
    found, now = [], datetime.now(UTC)
    made = unit.marks.get(BACKUP)
    if made is None:
        found.append(Finding(Mark.ADVICE, "no backup was made yet", "voices backup, docs/operators.md"))
    else:
        age = now - datetime.fromisoformat(made)
        what = f"the last backup was made {age.total_seconds() / 3600:.0f} hours ago"
        if age > STALE:
            found.append(Finding(Mark.WRONG, what, "see why its timer does not run"))
        else:
            found.append(Finding(Mark.WELL, what))
    if restored := returning.read(unit, RESTORED):
        what = f"the data comes from the backup of {restored['made_at'][:16]}"
        found.append(Finding(Mark.ADVICE, what, "what was lost since is known once Telegram brings updates"))
    gap = returning.read(unit, returning.GAP)
    if gap and now - datetime.fromisoformat(gap["noticed_at"]) < TOLD:
        lost = "an unknown number of" if gap["lost"] is None else gap["lost"]
        what = f"{lost} updates were lost after the backup of {gap['made_at'][:16]}, which was restored"
        found.append(Finding(Mark.ADVICE, what, "tell the partners"))
    return found


async def servers(store: Store) -> list[Finding]:
    """Whether the data servers of partners take what we send, and whether any of it needs a person."""
    collector = OpenRosa(answer=20)
    found = []
    targets = await store.transact(_targets)
    if targets and not await asyncio.to_thread(streams.works):
        remedy = "install what deploy/requirements.lock pins anew"
        found.append(Finding(Mark.WRONG, "no recording can be made anew, so that none leaves", remedy))
    try:
        for target, version, held, back in targets:
            if held:
                what = f"held for {target.name}: {held}"
                found.append(Finding(Mark.ADVICE, what, "voices forward held"))
            if back:
                what = f"to be asked back from {target.name}: {back}"
                found.append(Finding(Mark.WRONG, what, "voices forward held says which"))
            if target.standing is Standing.STOPPED:
                what, remedy = f"{target.name} is stopped", f"{target.reason}, then voices forward resume"
                found.append(Finding(Mark.WRONG, what, remedy))
            elif target.standing is Standing.ACTIVE:
                wrong = await examine_target(collector, target, version)
                mark = Mark.WRONG if wrong else Mark.WELL
                found.append(Finding(mark, f"{target.name} is asked for {target.form}", wrong))
    finally:
        await collector.close()
    return found


def _targets(unit: Unit) -> list[tuple[Target, str, int, int]]:
    """Every target with the version of its form that is sent now, and how many are held and to be asked back."""
    found = []
    for partner in unit.people.partners():
        for target in unit.targets.of(partner.id):
            counts = unit.forwards.counts(target.id)
            found.append(
                (
                    target,
                    _version(unit, target.form),
                    counts.get(State.HELD, 0),
                    counts.get(State.TAKEN_BACK, 0),
                )
            )
    return found


def _version(unit: Unit, form: str) -> str:
    """The version in which a form is asked now; "" where it is asked no more."""
    try:
        return unit.forms.current(form).version
    except LookupError:
        return ""


async def _telegram(settings: Settings) -> list[Finding]:
    if settings.token is None:
        return [Finding(Mark.WRONG, "no token is set", "VOICES_TOKEN, from @BotFather")]
    request = Request(settings.api_url)
    await request.initialize()
    try:
        bot = Bot(
            settings.bot_token,
            base_url=f"{settings.api_url}/bot",
            request=request,
            get_updates_request=request,
        )
        me, hook = await bot.get_me(), await bot.get_webhook_info()
    except InvalidToken:
        return [Finding(Mark.WRONG, "Telegram does not know VOICES_TOKEN", "copy it again from @BotFather")]
    except TelegramError as fault:
        what = f"VOICES_API_URL, {settings.api_url}, cannot be reached ({type(fault).__name__})"
        return [Finding(Mark.WRONG, what, "check the network, and the address")]
    finally:
        await request.shutdown()
    return [_name(me), *_way_in(settings.webhook_url or "", me, hook), *_clock(request.date)]


def _name(me: User) -> Finding:
    return Finding(Mark.WELL, f"Telegram answers: the bot is @{me.username}")


def _way_in(ours: str, me: User, hook: WebhookInfo) -> list[Finding]:
    """Whether Telegram brings updates where the settings say; nothing where it is asked for them, and waits."""
    if hook.url and hook.url != ours:
        remedy = "voices run sets that right; if it comes back, somebody else has the token, change it at @BotFather"
        return [Finding(Mark.WRONG, f"@{me.username} sends its updates elsewhere, to a webhook", remedy)]
    if not hook.url:
        return [Finding(Mark.ADVICE, "Telegram has no webhook yet", "voices run sets it")] if ours else []
    failed = hook.last_error_date
    if failed and datetime.now(UTC) - failed < RECENT:
        what = f"Telegram could not reach the webhook lately ({hook.last_error_message})"
        return [Finding(Mark.WRONG, what, "see that voices run runs and that the proxy passes /telegram on")]
    return [Finding(Mark.WELL, f"Telegram brings its updates to {hook.url}")]


def _clock(date: str) -> list[Finding]:
    """How far this machine's clock is from an answer's Date; nothing where there was none to read."""
    try:
        drift = (datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds()
    except (TypeError, ValueError):
        return []
    if abs(drift) > DRIFT:
        way = "ahead of" if drift > 0 else "behind"
        what = f"this machine's clock is {abs(drift) / 60:.0f} minutes {way} Telegram's"
        return [Finding(Mark.WRONG, what, "let the machine set its clock (NTP)")]
    return [Finding(Mark.WELL, "the clock agrees with Telegram's")]


def _words() -> list[Finding]:
    drafts = [language.english for language in Catalogs.read().ready if not language.vouched_by]
    if not drafts:
        return [Finding(Mark.WELL, "the words of every language are vouched for")]
    what = f"nobody vouches yet for the words in {', '.join(drafts)}"
    remedy = "ask native speakers to read them, and name them in locales/languages.toml"
    return [Finding(Mark.ADVICE, what, remedy)]
