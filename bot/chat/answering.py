"""Answering: one update → who it is from → the deed it asks for. What `receiving` calls, inside its transaction."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot import (
    adding,
    arriving,
    browsing,
    buttons,
    checking,
    conversation,
    gathering,
    greeting,
    hiding,
    leaving,
    offering,
    sheltering,
    showing,
    team,
)
from bot.chat import publishing
from bot.chat.listening import SILENT, Checks, Unreadable, listen, peek
from bot.chat.moderating import front
from bot.chat.moderating.acting import readers
from bot.chat.slowing import ALWAYS, Crowding, confirms
from bot.circumstances import Circumstances, tell
from bot.heard import Command, Edited, Heard, OfGroup, Place, Reached, Recording, Tap, Unheard, Words
from bot.journal import Deed
from bot.linking import NEXT
from bot.outbox import PER_SECOND, Kind
from bot.people import Respondent
from bot.ports import Copy, Entry, Unit
from bot.speech import Message, Sentence
from bot.words import Catalogs

INVITED = "j-"
"""What the payload of an invitation link begins with."""

CROWDED = Sentence(
    "Very many people are coming by this link just now, and we cannot take in everyone at once. Please try it again in"
    " an hour, or send /start."
)

DISGUISED = frozenset({"anonymous", "sender_chat", "via_bot", "elsewhere"})
"""Who speaks in the place of a person, or taps where we have no button: not heard, but noted (S22)."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Hears one update and does what it asks for. `signer` knows which buttons are ours; `partner` gathers the voices
    of those who came by no partner's link: the first one by name where it is not set. `crowding` counts who comes
    new by a link. `pace`: messages a second that may go.
    """

    catalogs: Catalogs
    signer: Checks
    partner: str | None = None
    crowding: Crowding = field(default_factory=Crowding)
    pace: float = PER_SECOND

    def handle(self, unit: Unit, body: bytes, now: datetime) -> None:
        """Answer one update. Unreadable: bytes that are no update."""
        heard = listen(body, self.signer)
        if isinstance(heard.what, Unheard) and heard.what.reason in SILENT:
            if heard.what.reason in DISGUISED:
                unit.journal.write(Deed(now, "nobody", "refused", heard.what.reason))
            return
        here = Circumstances(
            f"update:{heard.update}",
            now,
            self.catalogs,
            phone=heard.language,
            message=heard.message,
            kind=Kind.FIRST if _always_heard(heard) else Kind.REPLY,
            pace=self.pace,
        )
        if isinstance(heard.what, OfGroup):
            gathering.hear(unit, here, heard.person, heard.chat, heard.what)
            return
        known = unit.people.known(heard.person)
        her = known.respondent if known is not None else None
        if isinstance(heard.what, Reached):
            if her is not None:
                arriving.reached(unit, here, her, heard.what.reachable)
            return
        moderates = known is not None and known.moderates
        if her is None and not moderates and not self._lets_in(unit, heard):
            _ask_to_wait(unit, here, heard)
            return
        address = (
            known.address if known is not None else unit.people.add_address(heard.person, heard.chat, now)
        )
        if heard.message is not None:
            brought = isinstance(heard.what, Recording)
            unit.copies.heard(address, Copy(heard.message, heard.at, recording=brought))
        if not _of_moderators(unit, here, address, heard, moderates=moderates):
            self._hear(unit, here, her or self._respondent(unit, address, now), heard)

    def wake(self, unit: Unit, now: datetime, limit: int = 100) -> int:
        """Let time speak to the sessions whose wake-up has come; how many there were."""
        waking = unit.sessions.waking(now, limit)
        for kept in waking:
            here = Circumstances(f"wake:{kept.id}:{kept.version}", now, self.catalogs)
            conversation.wake(unit, here, kept)
        return len(waking)

    def apologise(self, unit: Unit, entry: Entry, now: datetime) -> None:
        """Say that an update could not be read, to whoever it came from, with the code of the fault (R9, S51)."""
        try:
            person, (date, number) = peek(entry.body)
        except Unreadable:
            return
        address = unit.people.address_of(person) if person is not None else None
        if address is None:
            return
        if number > 0:
            unit.copies.heard(address, Copy(number, datetime.fromtimestamp(date, UTC)))
        her = unit.people.respondent_at(address)
        here = Circumstances(f"update:{entry.update}", now, self.catalogs)
        sorry = Sentence(
            "We are sorry: one of your messages could not be read. Could you send it once more, in other words?"
        )
        code = Sentence("If it happens again, tell us this code: {code}", {"code": entry.code})
        language = here.language(her.language if her else None)
        tell(
            unit, here, address, Message(language, (sorry, code)), about=her.id if her else None, step="sorry"
        )

    def _lets_in(self, unit: Unit, heard: Heard) -> bool:
        """Whether there is room for a newcomer: always for who comes by no link, or by one that leads nowhere."""
        match heard.what:
            case Command("start", link) if link.startswith(INVITED):
                return self.crowding.lets_in(INVITED, heard.person, heard.at)
            case Command("start", link) if arriving.leads_somewhere(unit, link):
                return self.crowding.lets_in(link, heard.person, heard.at)
            case _:
                return True

    def _respondent(self, unit: Unit, address: str, now: datetime) -> Respondent:
        partner = self.partner or unit.people.partners()[0].id
        return unit.people.add_respondent(address, partner, None, now)

    def _hear(self, unit: Unit, here: Circumstances, her: Respondent, heard: Heard) -> None:
        if isinstance(heard.what, Command | Tap):
            her = offering.stop_waiting(unit, her)
        match heard.what:
            case Command(name, argument):
                _command(unit, here, her, name, argument)
            case Tap(None):
                unit.journal.write(Deed(here.now, f"address:{her.address}", "refused", "button"))
                greeting.old_button(unit, here, her)
            case Tap(str(action)):
                _tap(unit, here, her, action)
            case Edited(_, words):
                conversation.edit(unit, here, her, words)
            case Unheard(reason):
                conversation.unheard(unit, here, her, reason)
            case Words(text) if offering.expected(her):
                offering.take(unit, here, her, text)
            case Words(text):
                conversation.say(unit, here, her, text)
            case Recording() if offering.expected(her):
                offering.words_only(unit, here, her)
            case Recording() as recording:
                conversation.send(unit, here, her, recording)
            case Place() as place if checking.awaits_place(her):
                checking.locate(unit, here, her, place)
            case Place() as place:
                conversation.locate(unit, here, her, place)
            case Reached():
                pass


def _ask_to_wait(unit: Unit, here: Circumstances, heard: Heard) -> None:
    """One kind word to a newcomer for whom there is no room; where to goes with it, and nothing is kept (S44)."""
    address = unit.people.add_passer(heard.person, heard.chat, here.now)
    if address is not None:
        tell(unit, here, address, Message(here.language(), (CROWDED,)), kind=Kind.CROWDED)


def _always_heard(heard: Heard) -> bool:
    """Whether it is answered before all else (S1, S44)."""
    match heard.what:
        case Command(name):
            return name in ALWAYS
        case Tap(str(action)):
            return confirms(action) is not None
        case _:
            return False


def _of_moderators(unit: Unit, here: Circumstances, address: str, heard: Heard, *, moderates: bool) -> bool:
    """Do what only moderators do; False where it was something else. `moderates`: somebody at this address does."""
    match heard.what:
        case Command("start", argument) if argument.startswith(INVITED):
            team.join(unit, here, address, argument.removeprefix(INVITED))
        case Command("start", link) if link == NEXT and moderates and readers(unit, address):
            front.command(unit, here, address, "next")
        case Command(name, argument) if name in front.COMMANDS:
            front.command(unit, here, address, name, argument)
        case Command(name) if name in publishing.COMMANDS:
            publishing.command(unit, here, address)
        case Recording(kind="file") as sent if moderates and publishing.expects_file(unit, address):
            publishing.receive(unit, here, address, sent)
        case Tap(str(action)) if action.startswith(publishing.CHOICE):
            publishing.choose(unit, here, address, action.removeprefix(publishing.CHOICE))
        case Tap(str(action)) if action.startswith("r:"):
            front.tap(unit, here, address, action)
        case Words(text) if moderates and front.expects_words(unit, address):
            front.write(unit, here, address, text)
        case Command() | Tap() if moderates:
            front.stop_waiting(unit, address)
            return False
        case _:
            return False
    return True


def _command(unit: Unit, here: Circumstances, her: Respondent, name: str, argument: str) -> None:
    match name:
        case "start":
            arriving.start(unit, here, her, argument)
        case "help":
            showing.help_page(unit, here, her)
        case "privacy" | "developer_info":
            showing.privacy(unit, here, her)
        case "stop":
            arriving.stop(unit, here, her)
        case "mydata":
            showing.my_data(unit, here, her)
        case "hide":
            hiding.hide(unit, here, her)
        case "forget":
            leaving.explain(unit, here, her)
        case "language":
            greeting.ask_language(unit, here, her)
        case "resume":
            arriving.resume(unit, here, her)
        case "mine":
            showing.mine(unit, here, her)
        case "checkins":
            checking.show(unit, here, her)
        case "withdraw":
            leaving.choose(unit, here, her)
        case "voices":
            browsing.begin(unit, here, her)
        case "initiative":
            greeting.begin(unit, here, her, "initiative")
        case _:
            showing.help_page(
                unit, here, her, Sentence("There is nothing behind this command yet. You can do this:")
            )


def _tap(unit: Unit, here: Circumstances, her: Respondent, action: str) -> None:
    match action.split(":"):
        case ["s", *_]:
            conversation.tap(unit, here, her, action)
        case [buttons.PLACE]:
            conversation.offer_place(unit, here, her)
        case ["l", code]:
            arriving.choose_language(unit, here, her, code)
        case ["m", "mine"]:
            showing.mine(unit, here, her)
        case ["m", "voices"]:
            browsing.begin(unit, here, her)
        case ["m", "again", tag]:
            arriving.begin_again(unit, here, her, tag)
        case ["m", form] if form in greeting.FORMS:
            greeting.begin(unit, here, her, form)
        case ["c", "set", *path]:
            checking.change(unit, here, her, path)
        case ["c", "stop", checkin]:
            arriving.stop(unit, here, her)
            checking.stop(unit, here, her, checkin)
        case ["c", what, checkin]:
            checking.tap(unit, here, her, what, checkin)
        case ["a", testimony]:
            adding.take_question(unit, here, her, testimony)
        case ["t", "open", testimony]:
            showing.one(unit, here, her, testimony)
        case ["t", "words", testimony]:
            showing.words(unit, here, her, testimony)
        case ["t", purpose, testimony, on]:
            showing.allow(unit, here, her, testimony, purpose, on == "1")
        case ["k", "ask", testimony]:
            sheltering.offer(unit, here, her, testimony)
        case ["k", "in", testimony]:
            sheltering.bring_in(unit, here, her, testimony)
        case ["k", "about", testimony]:
            sheltering.about(unit, here, her, testimony)
        case ["k", "of", testimony, number]:
            sheltering.speaks_of(unit, here, her, testimony, number)
        case ["k", "yes" | "no" | "more" as said, testimony]:
            sheltering.answer(unit, here, her, testimony, said)
        case ["w", "ask", testimony]:
            leaving.ask(unit, here, her, testimony)
        case ["w", "yes", testimony, stamp] if buttons.is_recent(stamp, here.now):
            leaving.withdraw(unit, here, her, testimony)
        case ["w", "yes", testimony, *_]:
            leaving.ask(unit, here, her, testimony, lead=(leaving.WHILE_AGO,))
        case ["f", "sure"]:
            leaving.make_sure(unit, here, her)
        case ["f", "yes", stamp] if buttons.is_recent(stamp, here.now):
            leaving.forget(unit, here, her)
        case ["f", "yes", *_]:
            leaving.make_sure(unit, here, her, lead=(leaving.WHILE_AGO,))
        case ["h", "now"]:
            hiding.hide(unit, here, her)
        case ["h", "0" | "1" as on]:
            hiding.switch(unit, here, her, on == "1")
        case ["w" | "f", "no"]:
            leaving.leave_it(unit, here, her)
        case ["v", *_]:
            _read_on(unit, here, her, action)
        case ["x", *_]:
            publishing.tap(unit, here, her.address, her, action)
        case _:
            greeting.old_button(unit, here, her)


def _read_on(unit: Unit, here: Circumstances, her: Respondent, action: str) -> None:
    """A tap under a published voice."""
    match action.split(":")[1:]:
        case ["o" | "n" as way, than, written] if (view := browsing.read(written)) is not None:
            (browsing.older if way == "o" else browsing.newer)(unit, here, her, than, view)
        case ["w" | "i" as way, which, written] if (view := browsing.read(written)) is not None:
            browsing.told(unit, here, her, which, view, original=way == "w")
        case ["f", written] if (view := browsing.read(written)) is not None:
            browsing.choose(unit, here, her, view)
        case ["t" | "r" | "l" as kind, written] if (view := browsing.read(written)) is not None:
            browsing.choose_of(unit, here, her, kind, view)
        case ["helps", id]:
            offering.helps(unit, here, her, id)
        case ["offer", id]:
            offering.ask(unit, here, her, id)
        case ["no"]:
            offering.leave_it(unit, here, her)
        case _:
            greeting.old_button(unit, here, her)
