"""Roles × organisations × everything that can be typed, tapped, written or sent: nothing foreign is found or moved.

What is tried is read from the code (`front.COMMANDS`, `VERBS`, `WORDS`), so a new feature is in it by itself. Each case
starts from the same rows: it is tried in a transaction that is rolled back.
"""

import importlib
import json
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pkgutil import iter_modules
from typing import Any

import pytest

from bot import authoring, team
from bot.campaign import Campaign, Wording
from bot.chat import moderating, publishing
from bot.chat.moderating import front
from bot.chat.rendering import Media, Text, render
from bot.offer import Kind, Offer
from bot.people import PURPOSES, Role
from bot.ports import Unit
from bot.response import Response, Words
from bot.speech import Document, Message
from dialogs.reading.xform import read_xform
from storage.tables import metadata
from tests.deeds.stage import Player, Stage, catalogs, forms, plain

AMINA, SITA, VERA, FLORA, LENA, NOOR, WHO = range(1, 8)
LABEL = "Kestrel"
SECRETS = ("canaries", "vultures", "sparrows", LABEL, "Secret form", "Herons", "Gannets")
"""Words of the stories, a label, a form, a draft and an offer of the first partner."""

LEAST = 600
"""Negative cases the matrix has at least (S20)."""

FOREIGN = ("open", "sensitive", "member", "waiting", "accepted", "response", "offer", "campaign")
SENSITIVE = ("sensitive",)

ACTORS: dict[str, tuple[Role | None, str, tuple[str, ...]]] = {
    "a stranger": (None, "", FOREIGN),
    "a respondent of the other partner": (None, "omep", FOREIGN),
    "somebody whose role ended": (None, "mmm", FOREIGN),
    "the other partner's moderator": (Role.MODERATOR, "omep", FOREIGN),
    "the other partner's focal point": (Role.FOCAL_POINT, "omep", FOREIGN),
    "the other partner's lead": (Role.LEAD, "omep", FOREIGN),
    "the other partner's author": (Role.AUTHOR, "omep", FOREIGN),
    "an author of the same partner": (Role.AUTHOR, "mmm", FOREIGN),
    "a moderator before what is sensitive": (Role.MODERATOR, "mmm", SENSITIVE),
    "a lead before what is sensitive": (Role.LEAD, "mmm", SENSITIVE),
}
"""Who tries, in which role for which partner, on what that is not theirs."""

KEPT = {
    "version": 0,
    "card": 1,
    "role": "moderator",
    "kind": "translation",
    "language": "en",
    "text": 0,
    "keep": (),
    "page": 0,
    "arm": "a",
}
"""What features keep with the question they ask; a new one adds what its handler reads."""

AUTHORS_VERBS = ("o", "v", "t", "p", "w", "w!", "for")


def acts(thing: str) -> Iterator[tuple[str, str]]:
    """Everything that names a testimony or a member: what is done, and how; of some things not each way."""
    for verb in front.VERBS:
        yield "tap", f"r:{verb}:{{id}}:{{version}}"
        if thing in ("open", "sensitive"):
            yield "tap", f"r:{verb}1:{{id}}:{{version}}"
            yield "tap", f"r:{verb}:{{id}}"
    for kind in front.WORDS:
        yield "write", kind
    if thing in ("waiting", "accepted", "response", "offer", "campaign"):
        return
    published = ("v:helps:{id}", "v:offer:{id}", "v:o:{id}:0.0.0", "v:n:{id}:0.0.0")
    for action in ("a:{id}", "t:open:{id}", "t:words:{id}", "w:ask:{id}", "w:yes:{id}", *published):
        yield "tap", action
    for purpose in PURPOSES:
        yield "tap", f"t:{purpose}:{{id}}:1"
    for name in (*front.COMMANDS, *publishing.COMMANDS, "mine", "withdraw", "mydata"):
        yield "say", f"/{name} {{id}}"


def others() -> Iterator[tuple[str, str]]:
    """What names a form of the first partner's, or a file."""
    for verb in AUTHORS_VERBS:
        yield "tap", f"x:{verb}:{{form}}"
    yield "say", "/start f-hidden"
    yield "send", "a file"


Case = tuple[str, str, str]
"""A thing, what is done, and how."""


def cases(actor: str) -> list[Case]:
    """Everything one actor could try."""
    role, partner, things = ACTORS[actor]
    reads = role not in (None, Role.AUTHOR)
    found = [(thing, *each) for thing in things for each in acts(thing) if reads or each[0] != "write"]
    return (
        found if partner == "mmm" and role is not None else [*found, *(("form", *each) for each in others())]
    )


@cache
def turns() -> dict[str, list[Case]]:
    """What each actor tries in `make test`: of each case every third of those whom it could be, and at least one."""
    whose: dict[Case, list[str]] = {}
    for actor in ACTORS:
        for case in cases(actor):
            whose.setdefault(case, []).append(actor)
    tried: dict[str, list[Case]] = {actor: [] for actor in ACTORS}
    for number, (case, actors) in enumerate(whose.items()):
        for actor in actors[number % min(3, len(actors)) :: 3]:
            tried[actor].append(case)
    return tried


def test_the_matrix_has_at_least_six_hundred_cases() -> None:
    """S20: each of them is tried by somebody; `make soak` has everybody try all of theirs."""
    whole = [case for actor in ACTORS for case in cases(actor)]
    tried = [case for each in turns().values() for case in each]
    print(f"{len(whole)} negative cases, {len(tried)} of them in each run")
    assert len(tried) >= LEAST
    assert set(tried) == set(whole)


@pytest.mark.parametrize("kind", ["COMMANDS", "VERBS", "WORDS"])
def test_no_command_verb_or_word_is_two_features(kind: str) -> None:
    """One would be heard in the other's place, and nobody would say so."""
    features = [
        importlib.import_module(each.name)
        for each in iter_modules(moderating.__path__, f"{moderating.__name__}.")
    ]
    listed = [name for each in features if each is not front for name in getattr(each, kind, ())]
    assert sorted(listed) == sorted(set(listed))
    assert set(listed) <= set(getattr(front, kind))


class _Undone(Exception):
    """The case was tried; nothing of it stays."""


@dataclass
class Recorder:
    """An outbox that remembers what was to be said to whom."""

    outbox: Any
    said: list[tuple[str, Message]] = field(default_factory=list)

    def add(self, *, address: str, message: Message, **more: Any) -> None:
        self.said.append((address, message))
        self.outbox.add(address=address, message=message, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.outbox, name)


Rows = dict[str, set[tuple[Any, ...]]]


@dataclass(frozen=True)
class Tried:
    """What was answered, in which tables a row changed that is not one's own, and what was in files."""

    answer: str
    moved: set[str]
    files: str = ""


@dataclass(frozen=True)
class House:
    """The rows of the first partner, and who tries."""

    stage: Stage
    who: Player
    ids: dict[str, tuple[str, int]]
    form: str
    before: Rows

    async def tries(self, thing: str, what: str, how: str) -> Tried:
        """What became of it."""
        which, version = self.ids.get(thing, ("f" * 32, 3))
        how = how.format(id=which, version=version, form=self.form) if what != "write" else how
        match what:
            case "tap":
                data = self.stage.signer.sign(self.who.id, how)
                sender, body = self.who._sender(), self.who._body(1)
                asks = {"id": "1", "from": sender, "message": body, "chat_instance": "1", "data": data}
                update: dict[str, Any] = {"callback_query": asks}
            case "send":
                file = {"file_id": "f", "file_unique_id": "u", "file_name": "x.xlsx", "file_size": 9}
                update = {"message": self.who._body(900) | {"document": file}}
            case _:
                update = {"message": self.who._body(900) | {"text": how if what == "say" else "words"}}
        raw = json.dumps({"update_id": 10_000} | update).encode()
        outcome: list[Tried] = []

        def work(unit: Unit) -> None:
            if what == "write":
                self._asked(unit, how, which, version)
            before = _rows(unit) if what == "write" else self.before
            recorder = Recorder(unit.outbox)
            unit.outbox, kept = recorder, unit.outbox
            try:
                self.stage.answering.handle(unit, raw, self.stage.now)
            finally:
                unit.outbox = kept
            address = unit.people.address_of(self.who.id)
            assert address is not None
            told = [(to, re.sub(r"j-[\w-]{22}", "j-…", _text(message))) for to, message in recorder.said]
            texts = [text if to == address else f"TO {to}" for to, text in told]
            files = [_files(message) for _, message in recorder.said]
            moved = _foreign(unit, before, _rows(unit), address)
            outcome.append(Tried("\n".join(texts), moved, "\n".join(files)))
            raise _Undone

        with suppress(_Undone):
            await self.stage.do(work)
        [tried] = outcome
        return tried

    def _asked(self, unit: Unit, kind: str, id: str, version: int) -> None:
        """The next words of whoever tries are taken as this, about that thing."""
        address = unit.people.address_of(self.who.id)
        assert address is not None
        role = unit.people.moderators_at(address)[0]
        waiting = {**KEPT, "for": kind, "testimony": id, "response": id, "campaign": id, "version": version}
        unit.people.save_moderator(replace(role, waiting=waiting))


def _text(message: Message) -> str:
    rendered = render(message, catalogs().words(message.language), lambda action: action)
    texts = [part for part in rendered if isinstance(part, Text)]
    keys = [key.text for text in texts for row in text.keyboard for key in row]
    media = ["RECORDING" for part in rendered if isinstance(part, Media)]
    return plain("\n".join([*(text.plain for text in texts), *keys, *media]))


def _files(message: Message) -> str:
    """What is in the files of a message: /mydata's, which has ids that are new each time."""
    return "\n".join(b64decode(part.content).decode() for part in message.parts if isinstance(part, Document))


def _rows(unit: Unit) -> Rows:
    """Every row of every table as it lies, within this transaction."""
    driver = unit._connection._driver  # type: ignore[attr-defined]
    found: Rows = {}
    for name, table in metadata.tables.items():
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        found[name] = set(driver.execute(f'SELECT {columns} FROM "{name}"').fetchall())
    return found


def _foreign(unit: Unit, before: Rows, after: Rows, address: str) -> set[str]:
    """Tables in which a row came, went or changed that is not of whoever tries: their address, what they say, their
    roles, what they invite to their own team, and the journal are theirs.
    """
    her = unit.people.respondent_at(address)
    roles = unit.people.moderators_at(address)
    own = {address, *(role.id for role in roles), *([her.id] if her else [])}
    teams = {role.partner for role in roles if role.leads(role.partner)}
    changed = set()
    for name, table in metadata.tables.items():
        for values in before[name] ^ after[name]:
            row = dict(zip(table.columns.keys(), values, strict=True))
            is_own = own & {row.get(key) for key in ("id", "address", "respondent", "scope")}
            invites = name == "invitations" and row["partner"] in teams
            tries = name == "marks" and row["name"] in (f"tries:{address}", "tries")
            uploads = name == "uploads" and row["moderator"] in own
            if not (name in ("journal", "inbox") or is_own or invites or tries or uploads):
                changed.add(name)
    return changed


async def _house(stage: Stage, actor: str) -> House:
    """The first partner with four voices, a team and a form; one who tries."""
    role, partner, things = ACTORS[actor]
    code = await stage.do(lambda unit: team.invite(unit, "mmm", Role.MODERATOR, stage.now, label=LABEL))
    vera = stage.person(VERA)
    await vera.starts(f"j-{code}")
    await stage.moderator(FLORA, Role.FOCAL_POINT)
    await stage.moderator(LENA, Role.LEAD)
    amina = stage.person(AMINA)
    ids = {}
    for thing in ("accepted", "open", "waiting") if "open" in things else ():
        await amina.tells(f"{SECRETS[0]} {thing}")
        if thing != "waiting":
            await vera.says("/next")
        if thing == "accepted":
            await vera.taps("Accept")
    await stage.person(SITA).tells_privately("vultures and sparrows")
    for told, thing in zip(await stage.testimonies(AMINA), ("waiting", "open", "accepted"), strict=False):
        ids[thing] = (told.id, told.version)
    [told] = await stage.testimonies(SITA)
    member = await stage.role(VERA)
    ids |= {"sensitive": (told.id, told.version), "member": (member.id, member.version)}
    lena = await stage.role(LENA)
    draft = Response("e" * 32, "mmm", "", lena.id, {"en": Words("Herons", "Herons")})
    await stage.do(lambda unit: unit.responses.add(draft))
    ids["response"] = (draft.id, draft.version)
    if "offer" in things:
        her = await stage.respondent(SITA)
        offer = Offer("d" * 32, ids["accepted"][0], her.id, "mmm", Kind.OFFER, "Gannets", stage.now)
        await stage.do(lambda unit: unit.offers.add(offer))
        ids["offer"] = (offer.id, 0)
    campaign = Campaign("c" * 32, "mmm", lena.id, "checkin", "Herons", wordings={"en": Wording("Herons")})
    await stage.do(lambda unit: unit.campaigns.add(campaign))
    ids["campaign"] = (campaign.id, campaign.version)
    hidden = read_xform(
        forms()[1].xml.replace('id="initiative"', 'id="hidden"').replace("Tell about", "Secret form")
    )
    await stage.do(lambda unit: unit.forms.keep(hidden, "mmm", stage.now))
    who = stage.person(WHO)
    if role is not None:
        await stage.moderator(WHO, role, partner)
    elif partner == "omep":
        await who.starts("p-omep")
        await who.taps("English")
    elif partner == "mmm":
        await stage.moderator(WHO)
        ended = await stage.role(WHO)
        await stage.do(lambda unit: team.remove(unit, stage.here("ended"), ended.id))
        await stage.deliver()
    else:
        await who.says("/help")
    return House(stage, who, ids, authoring.code_of(hidden), await stage.do(_rows))


@pytest.mark.parametrize("actor", ACTORS)
async def test_nothing_of_anothers_is_found_or_moved(stage: Stage, actor: str) -> None:
    """S20, S21, S22, S34: no row but their own changes, nobody else is written to, no word of it is shown, and the
    answer is that to something which does not exist.
    """
    await _nothing_moves(stage, actor, turns()[actor])


@pytest.mark.soak
@pytest.mark.parametrize("actor", ACTORS)
async def test_nothing_of_anothers_is_found_or_moved_whatever_is_tried(stage: Stage, actor: str) -> None:
    """S20, S21, S22, S34: every case."""
    await _nothing_moves(stage, actor, cases(actor))


async def _nothing_moves(stage: Stage, actor: str, tries: Sequence[Case]) -> None:
    house = await _house(stage, actor)
    own_team = ACTORS[actor][:2] == (Role.LEAD, "mmm")
    secrets = [word for word in SECRETS if not (own_team and word in (LABEL, "Herons"))]
    secrets += [told.receipt for each in (AMINA, SITA) for told in await stage.testimonies(each)]
    unknown: dict[tuple[str, str], str] = {}
    wrong: list[object] = []
    for thing, what, how in tries:
        tried = await house.tries(thing, what, how)
        if thing != "form" and (what, how) not in unknown:
            unknown[what, how] = (await house.tries("nothing", what, how)).answer
        shown = [word for word in (*secrets, "TO ", "RECORDING") if word in tried.answer + tried.files]
        if tried.moved or shown or tried.answer != unknown.get((what, how), tried.answer):
            wrong.append((thing, what, how, tried, shown, unknown.get((what, how))))
    assert wrong == []


async def test_the_matrix_sees_what_is_moved_and_shown(stage: Stage) -> None:
    """S20: whoever may, moves and is shown; so the cases above could fail."""
    house = replace(await _house(stage, "a stranger"), who=stage.person(VERA))
    assert "canaries open" in (await house.tries("open", "tap", "r:o:{id}")).answer
    assert {"testimonies", "decisions"} <= (await house.tries("open", "tap", "r:a:{id}:{version}")).moved
    lena = replace(house, who=stage.person(LENA))
    tried = await lena.tries("member", "tap", "r:gy:{id}:{version}")
    assert "moderators" in tried.moved
    assert LABEL in tried.answer
    assert "TO " in tried.answer
    tried = await lena.tries("response", "write", "did")
    assert tried.moved == {"responses"}
    assert "Herons" in tried.answer
    assert "Gannets" in (await house.tries("offer", "say", "/offers")).answer
    assert (await house.tries("offer", "tap", "r:zr:{id}")).moved == {"offers"}
    tried = await lena.tries("campaign", "write", "campaign name")
    assert tried.moved == {"campaigns"}
    assert "Herons" in (await lena.tries("campaign", "tap", "r:jo:{id}:{version}")).answer
    amina = replace(house, who=stage.person(AMINA))
    assert "canaries open" in (await amina.tries("open", "say", "/mydata")).files
