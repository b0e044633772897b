"""The stage: a world with people in it, what the bot did there, and what may go wrong; nothing of HTTP."""

import asyncio
import random
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypedDict

from sandbox.clock import Clock
from sandbox.faults import Fault, Script
from sandbox.flood import Flood
from sandbox.gateway import Gateway
from sandbox.journal import Call, Journal
from sandbox.people import Group, Person, until
from sandbox.polling import Polling
from sandbox.recording import Recorder, recorded
from sandbox.refusal import Json
from sandbox.world import Happening, Standing, World

TOKEN = "4242:sandbox-token-no-secret"  # noqa: S105 - opens nothing but this sandbox


class Options(TypedDict, total=False):
    """What a stage may be told when it is made."""

    flood: bool | Flood
    strict: bool
    penalty: bool
    privacy: bool
    clock: Clock | None
    seed: int
    username: str
    calls_kept: int
    record: Path | None


class Stage:
    """A world, its people and groups, and the gate through which a bot acts in it.

    `flood` False lifts the pace limits (or give a `Flood`); `strict` False lets unknown parameters pass;
    `penalty` is Telegram's punishment for polling the same offset again; `privacy` is the bot's privacy mode in
    groups; `calls_kept` bounds the log; `record` names a new file that gets the run as lines of JSON, to be played
    again (`sandbox.recording`).
    """

    id = 0

    def __init__(
        self,
        token: str = TOKEN,
        *,
        flood: bool | Flood = True,
        strict: bool = True,
        penalty: bool = True,
        privacy: bool = False,
        clock: Clock | None = None,
        seed: int = 0,
        username: str = "",
        calls_kept: int = 10_000,
        record: Path | None = None,
    ) -> None:
        self.token = token
        self.clock = clock or Clock()
        self.world = World(token, clock=self.clock, seed=seed, username=username, privacy=privacy)
        if isinstance(flood, Flood):
            self.flood: Flood | None = flood
        else:
            self.flood = Flood() if flood else None
        if self.flood and self.flood.chance is None:
            self.flood.chance = random.Random(seed)  # noqa: S311 - repeatable on purpose, no secrets here
        self._persons: dict[int, Person] = {}
        self._groups: dict[int, Group] = {}
        polling = Polling(self.world, penalty=penalty)
        self.gateway = Gateway(self.world, Journal(calls_kept), self.flood, strict, polling)
        self._recorder: Recorder | None = None
        if record:
            options = {
                "strict": strict,
                "penalty": penalty,
                "privacy": privacy,
                "seed": seed,
                "username": username,
            }
            self._record(record, options)
        self.world.watch(self._on)

    def _record(self, path: Path, options: Json) -> None:
        options["flood"] = self.flood.limits if self.flood else None
        clock = {"start": self.clock.now(), "running": self.clock.running}
        about = {"bot": self.world.bot.id, **clock, "options": options}
        self._recorder = Recorder(path, about)
        self.gateway.journal.listeners.append(self._recorder.call)
        self.clock.watchers.append(lambda seconds: self.note("advance", {"seconds": seconds}))

    def note(self, does: str, given: Json, who: int = 0) -> None:
        """Write down what somebody (0: the sandbox itself) has done, if this run is recorded."""
        if self._recorder:
            self._recorder.deed(self.clock.now(), who, does, given)

    def leave(self) -> None:
        """It is over: no time passes any more, nothing is written down."""
        self.clock.close()
        if self._recorder:
            self.gateway.journal.listeners.remove(self._recorder.call)
            self._recorder.close()
            self._recorder = None

    # people

    @recorded
    def person(
        self,
        name: str,
        language: str = "en",
        *,
        last_name: str = "",
        username: str = "",
        started: bool = False,
    ) -> Person:
        """Somebody with a phone; `started` opens the chat without any update. Her id follows from the seed."""
        person = Person(self, self.world.add_person(name, language, last_name, username))
        if started:
            self._open(person.id)
        self._persons[person.id] = person
        return person

    @recorded
    def crowd(self, count: int, language: str = "en") -> list[int]:
        """The ids of many people who have started the bot before: for load tests, they cost little."""
        ids = [self.world.add_person(f"Person {n + 1}", language).id for n in range(count)]
        for each in ids:
            self._open(each)
        return ids

    def group(
        self,
        title: str,
        members: Iterable[Person] | Mapping[Person, Standing] = (),
        *,
        bot: Standing = "administrator",
        forum: bool = False,
        basic: bool = False,
    ) -> Group:
        """A supergroup (`basic`: a small group that can still migrate) with these members and the bot."""
        people: dict[int, Standing] = {}
        if isinstance(members, Mapping):
            people |= {person.id: standing for person, standing in members.items()}
        else:
            people |= {person.id: "member" for person in members}
        group = Group(self, self.world.add_group(title, people, bot, forum=forum, basic=basic))
        self._groups[group.id] = group
        self.note("group", {"title": title, "members": people, "bot": bot, "forum": forum, "basic": basic})
        return group

    @property
    def people(self) -> list[Person]:
        """Everybody made with `person`."""
        return list(self._persons.values())

    @property
    def groups(self) -> list[Group]:
        """Every group there is."""
        for chat in self.world.groups:
            if chat.id not in self._groups:
                self._groups[chat.id] = Group(self, chat)
        return list(self._groups.values())

    def person_of(self, person_id: int) -> Person:
        """The person of that id, one of a crowd too; raises KeyError."""
        if person_id not in self._persons:
            self._persons[person_id] = Person(self, self.world.people[person_id])
        return self._persons[person_id]

    def _on(self, happening: Happening) -> None:
        if happening.kind == "answer" and (person := self._persons.get(happening.facts["person"])):
            person.told(happening.facts)

    def _open(self, person_id: int) -> None:
        self.world.chats[person_id].bot = "member"
        self.world.people[person_id].seen = True

    # what the bot did

    def calls(self, method: str | None = None, since: int = 0) -> list[Call]:
        """API calls with a number above `since`, oldest first, as far back as the log reaches."""
        return self.gateway.journal.since(since, method)

    @property
    def seq(self) -> int:
        """The number of the last API call: a cursor for `calls(since=…)`."""
        return self.gateway.journal.seq

    async def called(self, method: str, since: int = 0, within: float = 5) -> Call:
        """Wait for a call of that method after `since`; raises AssertionError after `within` real seconds."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Call] = loop.create_future()

        def note(call: Call) -> None:
            if call.method == method and not done.done():
                done.set_result(call)

        if past := self.calls(method, since):
            return past[0]
        self.gateway.journal.listeners.append(note)
        try:
            return await asyncio.wait_for(done, within)
        except TimeoutError:
            raise AssertionError(f"the bot did not call {method} within {within} s") from None
        finally:
            self.gateway.journal.listeners.remove(note)

    def at_rest(self, settle: float = 0.05) -> bool:
        """Whether no update is pending, no request under way, and none was for `settle` real seconds."""
        updates, gateway = self.world.updates, self.gateway
        idle = (
            not updates.pending
            and not updates.again
            and not gateway.in_flight
            and not gateway.webhook.sending
        )
        return idle and time.monotonic() - gateway.last_activity >= settle

    async def quiet(self, within: float = 10, settle: float = 0.05) -> None:
        """Wait until the bot has taken every update and come to rest; AssertionError after `within` real seconds."""
        ends = time.monotonic() + within
        while not self.at_rest(settle):
            if time.monotonic() > ends:
                pending, calls = len(self.world.updates.pending), self.gateway.in_flight
                raise AssertionError(
                    f"not quiet within {within} s: {pending} updates, {calls} calls under way"
                )
            await asyncio.sleep(settle / 5)

    async def polled(self, within: float = 5) -> None:
        """Wait until the bot waits for updates in a long poll; AssertionError after `within` real seconds."""
        if not await until(self.world, lambda: self.gateway.polling.waiting or None, within):
            raise AssertionError(f"the bot does not poll within {within} s")

    # what goes wrong

    @recorded
    def fail(
        self,
        method: str | None = None,
        *,
        how: Fault,
        times: int | None = 1,
        skip: int = 0,
        contains: str = "",
    ) -> Script:
        """Let calls go wrong: of this method (None: any), after `skip` good ones, whose request has these words.

        `times` None means every one from then on.
        """
        return self.gateway.faults.add(Script(how, method, contains, skip, times))

    @recorded
    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self.gateway.faults.clear()

    @recorded
    def repeat(self, times: int = 1) -> None:
        """Give the next `times` updates once more after the bot has taken them."""
        self.world.updates.repeat += times

    @recorded
    def hold(self) -> None:
        """Keep updates back until `release`, as a slow network would."""
        self.world.updates.hold()

    @recorded
    def release(self, *, shuffled: bool = False) -> int:
        """Give out what was held back, in another order if `shuffled`; returns how many updates."""
        count = self.world.updates.release(shuffled=shuffled)
        self.world.wake()
        return count

    @recorded
    def lose_files(self) -> None:
        """Telegram can no longer give out any file it has."""
        for file in self.world.files.values():
            file.lost = True
