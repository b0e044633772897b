"""Message → what Telegram is told: texts in HTML, keyboards, recordings, what a form shows. Pure."""

import base64
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from bot import buttons
from bot.chat.splitting import shortened, split, units
from bot.speech import (
    Attached,
    Button,
    Buttons,
    Document,
    Fact,
    Lines,
    Marked,
    Message,
    Part,
    Quote,
    Run,
    Sentence,
    ShareHere,
)
from bot.words import FSI, PDI, Words
from dialogs import effect, event
from dialogs.letters import canonical
from dialogs.marks import lines_of, runs_of

LONGEST = 4096
"""Bot API: UTF-16 units a message may have after its entities are read."""

CAPTION = 1024
"""Bot API: UTF-16 units of the words under a picture, sound or film."""

LABEL = 64
"""UTF-16 units of a button we still show; the sentence ids of buttons promise 40."""

EDITS = 80
"""Answers that have a button of their own on a summary (Bot API: 100 buttons); where there are more, the lines are
numbered, and writing a number changes any of them.
"""

IN_ROW = 8
"""Bot API: buttons a row of an inline keyboard may have."""

DRAFT_DAYS = 14
"""Days for which an unfinished session is kept (S41)."""

SAID = {
    "resumed": "Good to see you again. We go on where you stopped.",
    "still_here": "There is no hurry. Whenever it suits you, you can go on here. Nothing is lost.",
    "added": "Thank you, added.",
    "changed": "Changed.",
}
"""The sentence of each key of effect.Say; "stopped" counts days and stands alone."""

REFUSED = {
    "not_a_number": "I could not find a number there. Please write it in figures, for example 12 or 3.5.",
    "not_whole": "Here a whole number is needed, for example 4.",
    "not_within": "Here a number from {least} to {most} fits.",
    "not_a_date": "I could not read a date there. Please write it like this: 15/03/2024. “Today” and “yesterday” "
    "work too.",
    "not_a_time": "I could not read a time there. Please write it like this: {example}.",
    "not_a_moment": "I could not read a day and a time there. Please write them like this: {example}.",
    "not_a_month": "I could not read a month and a year there. Please write them like this: {example}.",
    "not_a_year": "I could not read a year there. Please write it in four figures, for example {example}.",
    "not_ranked": "Some are not in order yet. Please tap every one, one after the other.",
    "not_a_choice": "I did not find that among the choices. Tap a button, or write its number, for example 2.",
    "not_a_place": "I could not find a place there. Tap 📎, then “Location”, and share where you are.",
    "needs_voice": "Here a voice note is needed: hold 🎤, speak, then let go.",
    "needs_photo": "Here a photo is needed: tap 📎 and choose one.",
    "needs_video": "Here a film is needed: tap 📎 and choose one.",
    "needs_file": "Here a file is needed: tap 📎 and choose one.",
    "needs_words": "Here please write, or tap a button. For example: since last month.",
    "required": "This answer is needed to go on; a short one is enough, for example one word. If you would rather "
    "leave, tap “Stop”.",
    "not_valid": "This does not fit here. Please read the question once more and try again, for example with fewer "
    "words or another number.",
    "too_long": "This is too long for one answer. Please send the most important part, for example one page.",
    "too_many": "Too many are ticked. Please take one away first: tap it once more.",
}
"""The sentence of each reason of effect.Refuse; "already_answered" has three of its own: ANSWERED, LEFT, OLD."""

EXAMPLES = {
    "not_a_time": "14:30",
    "not_a_moment": "15/03/2024 14:30",
    "not_a_month": "03/2024",
    "not_a_year": "2024",
}
"""What such an answer looks like."""

STOPPED = (
    "We stop here. What you said is kept for {days} day, so that you can go on with /resume. "
    "To erase it at once: /forget."
)
STOPPED_MANY = STOPPED.replace("{days} day,", "{days} days,")
ANSWERED = "Already answered: {answer}. Do you want to change it?"
LEFT = "This question is behind us. Do you want to answer it now?"
OLD = "This button is from earlier and does nothing any more. What you told us: /mine"
SUMMARY = "This is what you told us. Is it right?"
SEVERAL = "You can choose several. Then tap “Done”."
WRITE_LETTERS = "You can also write the first letters."
ANOTHER = "Is there another one to add?"
NONE_YET = "There is none yet. Shall we add one?"
NO_MORE = "That is all"
RANK = "Tap them in your order, what comes first first. Then tap “Done”."
SEND = {
    "image": "Send a photo with 📎.",
    "video": "Send a film with 📎.",
    "file": "Send a file with 📎.",
    "audio": "Hold 🎤, speak, then let go.",
    "barcode": "Write the figures that stand under the lines.",
}
"""What is to be done where an answer is no words, by effect.Ask.expects."""
WITHIN = "From {least} to {most}."
WITHIN_STEPS = "From {least} to {most}, in steps of {step}."
NOT_WITHIN_STEPS = "Here a number from {least} to {most} fits, in steps of {step}."
WRITE_IT = "You can also write it, for example {example}."
QUESTIONS, QUESTIONS_MANY = "{count} short question.", "{count} short questions."
LARGEST = 20
"""Megabytes of a file a bot can fetch (Bot API getFile)."""
UP_TO = "Up to {size} MB."
OURS = {"acknowledge": {"OK": "OK"}, "near": {"today": "Today", "yesterday": "Yesterday"}}
"""Fields whose labels are ours to word, and the sentence of each label."""
NEAR = (
    "Tap the button below to share where you are. "
    "It only helps us propose places near you; where you are is not kept."
)
PLACE = (
    "Tap the button below to share where you are. It is kept with your answers. "
    "With 📎 you can also choose another place on the map."
)
SHARE, RATHER_NOT = "📍 Share where I am", "Rather not"
NEAR_ME = "📍 Near me"
LINKS = frozenset({"link", "contact"})
"""Values of our own sentences that are meant to be tapped."""

MOVES: dict[str, tuple[str, str, Callable[[effect.Ask], event.Event]]] = {
    "keep": ("Keep: {answer}", "primary", lambda ask: event.Confirmed(ask.turn)),
    "add": ("Add one", "primary", lambda ask: event.Added(ask.turn)),
    "done": ("Done", "primary", lambda ask: event.Confirmed(ask.turn)),
    "send": ("Send", "primary", lambda ask: event.Confirmed(ask.turn)),
    "clear": ("Order them anew", "", lambda ask: event.Cleared(ask.turn)),
    "more": ("Tell me more", "", lambda ask: event.Wondered(ask.turn)),
    "remove": ("Take this one away", "", lambda ask: event.Removed(ask.turn, ask.entry)),
    "sure": (
        "Yes, take it away",
        "danger",
        lambda ask: event.Removed(ask.turn, ask.entry, sure=True),
    ),
    "list": ("Back to the list", "", lambda ask: event.Entered(ask.turn, 0)),
    "back": ("Back", "", lambda ask: event.WentBack(ask.turn)),
    "skip": ("Skip", "", lambda ask: event.Skipped(ask.turn)),
    "stop": ("Stop", "", lambda ask: event.Stopped()),
}
"""Each move's label, style and event. "place" is not among them: it asks for a keyboard of its own."""

LAST_ROW = ("back", "skip", "stop")

_WAYS = {"image/gif": "animation", "audio/ogg": "voice", "image": "photo"}
"""What Telegram calls a file, by what it is or by its kind; else as its kind."""
_PLACEHOLDER = re.compile(r"\{\w+\}")
_FANGS = re.compile(r"(?<=\S)\.(?=[^\W\d])|(?<=:)//|@|(?<!\w)[#/$](?=\w)")
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


@dataclass(frozen=True, slots=True)
class Key:
    """One button of an inline keyboard: what is on it, what it sends back or (`url`) opens, how it looks."""

    text: str
    data: str
    style: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """One message of text in Telegram's HTML; `plain` is the same without markup.

    `share`: in place of an inline keyboard, a keyboard with this button that shares the location, and one that says
    `rather` where there is such.
    """

    html: str
    plain: str
    keyboard: tuple[tuple[Key, ...], ...] = ()
    share: str = ""
    rather: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """One recording, by its media id."""

    kind: str
    media: str


@dataclass(frozen=True, slots=True)
class File:
    """A file of ours: what it is called, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Shown:
    """What a form shows, by its digest; `way` is the Bot API's word for what it is, `name` the author's name of the
    file, `text` what stands under it.
    """

    way: str
    digest: str
    name: str
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Album:
    """Pictures that are shown together, each with its own words: 2 to 10 of them (Bot API sendMediaGroup)."""

    pictures: tuple[Shown, ...]


Rendered = Text | Media | File | Shown | Album


@dataclass(frozen=True, slots=True)
class _Run:
    """Words in one style: the names of the HTML tags around them, the outermost first."""

    text: str
    tags: tuple[str, ...] = ()


_Block = tuple[_Run, ...]
_Rows = Iterable[tuple[Key, ...]]


def defanged(words: str) -> str:
    """People's words in which nothing becomes a link, a mention or a command: they look the same (S12, S13).

    A word joiner stands where Telegram would see one begin.
    """
    return _FANGS.sub(lambda found: "".join(f"{mark}\u2060" for mark in found[0]), canonical(words))


def render(message: Message, words: Words, sign: Callable[[str], str]) -> list[Rendered]:
    """What Telegram is told, in order: texts and recordings, what has buttons last, so that nobody scrolls for them.

    What the author says before a question is a message of its own. `sign` makes an action into callback data. Every
    text has at most 4096 UTF-16 units and something to see.
    """
    board = _Board(words, sign, message.session)
    said: list[Rendered] = []
    blocks: list[_Block] = []
    rows: list[tuple[Key, ...]] = []
    media: list[Rendered] = []
    shows: tuple[effect.Show, ...] = ()
    rather, asks_place, again = "", "", False
    for part in message.parts:
        blocks += _blocks(part, words)
        match part:
            case effect.Ask():
                rows += board.of_ask(part)
                shows, again = part.shows, part.again
                if "place" in part.moves and not part.fields and not part.again:
                    asks_place = PLACE
            case effect.Say(shows=shown, paragraphs=paragraphs) if paragraphs or shown:
                said += _illustrated(list(_texts(blocks)), shown)
                blocks = []
            case ShareHere():
                rather, asks_place = words.say(Sentence(RATHER_NOT)), NEAR
            case effect.Refuse(asked=int(asked), answer=answer):
                rows.append((board.key("Change it" if answer else "Answer", event.Reopened(asked, asked)),))
            case Buttons():
                rows += board.of_buttons(part)
            case Attached(kind, item):
                media.append(Media(kind, item))
            case Document(name, content):
                media.append(File(name, base64.b64decode(content)))
    texts = list(_texts(blocks))
    if rows and not texts and not shows and said and isinstance(last := said[-1], Text):
        texts = [last]
        said.pop()
    told = [*said, *_illustrated(_with(rows, texts, shows), shows, again=again)]
    if asks_place:
        near = words.say(Sentence(asks_place))
        share = words.say(Sentence(SHARE))
        return [*told, Text(escape(near, quote=False), near, share=share, rather=rather), *media]
    return [*told[:-1], *media, told[-1]] if rows else [*told, *media]


def _illustrated(
    texts: Sequence[Text], shows: Sequence[effect.Show], *, again: bool = False
) -> list[Rendered]:
    """The texts after what is shown with them; the last of it bears the text, where there is one and it fits.

    `again`: only what a change in place needs.
    """
    single = [Shown(_way(each), each.digest, each.name) for each in shows if not each.label]
    bearer = single.pop() if single and len(texts) == 1 and units(texts[0].plain) <= CAPTION else None
    pictures = tuple(
        Shown(_way(each), each.digest, each.name, Text(escape(each.label, quote=False), each.label))
        for each in shows
        if each.label
    )
    before: list[Rendered] = []
    if not again:
        before = [*([Album(pictures)] if len(pictures) > 1 else pictures), *single]
    return [*before, replace(bearer, text=texts[0])] if bearer is not None else [*before, *texts]


def _way(show: effect.Show) -> str:
    return _WAYS.get(show.mime) or _WAYS.get(show.kind, show.kind)


def _with(rows: _Rows, texts: Sequence[Text], shows: Sequence[effect.Show]) -> list[Text]:
    """The texts, the last of them with these rows of buttons; where there are none, something to bear them."""
    keyboard = tuple(_narrow(rows))
    if not keyboard:
        return list(texts)
    nothing = "" if any(not each.label for each in shows) else "…"
    *before, last = texts or [Text(nothing, nothing)]
    return [*before, replace(last, keyboard=keyboard)]


def _narrow(rows: _Rows) -> Iterator[tuple[Key, ...]]:
    for row in rows:
        for start in range(0, len(row), IN_ROW):
            yield row[start : start + IN_ROW]


class _Board:
    """Makes the keyboard of one message."""

    def __init__(self, words: Words, sign: Callable[[str], str], session: str) -> None:
        self._words = words
        self._sign = sign
        self._session = session

    def key(self, label: str, happened: event.Event, **values: object) -> Key:
        """A button of the open dialog, with one of our own labels."""
        return self._key(self._words.say(Sentence(label, values)), happened)

    def _key(self, label: str, happened: event.Event, style: str = "") -> Key:
        return Key(_label(label), self._sign(buttons.dialog(self._session, happened)), style)

    def of_ask(self, ask: effect.Ask) -> Iterator[tuple[Key, ...]]:
        """Choices, pages, answers to change, then the moves: those that go on first, those that leave last."""
        for listed in ask.fields:
            yield from self._of_field(ask.turn, listed)
        for entry in ask.entries:
            label = f"✏️ {entry.number}. {entry.answer}".rstrip(" .")
            yield (self._key(label, event.Entered(ask.turn, entry.number)),)
        for line in ask.summary[:EDITS]:
            happened = event.Reopened(ask.turn, line.asked)
            yield (self._key(f"✏️ {line.label}", happened),)
        if "place" in ask.moves and ask.fields:
            yield (Key(self._words.say(Sentence(NEAR_ME)), self._sign(buttons.PLACE)),)
        for move in ask.moves:
            if move in MOVES and move not in LAST_ROW:
                yield (self._of_move(ask, move),)
        if last := tuple(self._of_move(ask, move) for move in LAST_ROW if move in ask.moves):
            yield last

    def _of_field(self, turn: int, listed: effect.Field) -> Iterator[tuple[Key, ...]]:
        keys = [self._of_option(turn, listed, option) for option in listed.options]
        columns = max(1, min(listed.columns, IN_ROW))
        for start in range(0, len(keys), columns):
            yield tuple(keys[start : start + columns])
        pages = []
        if listed.page > 0:
            pages.append(("◀ {page}/{pages}", listed.page - 1))
        if listed.page < listed.pages - 1:
            pages.append(("▶ {page}/{pages}", listed.page + 1))
        if pages:
            yield tuple(
                self.key(label, event.Paged(turn, listed.number, page), page=page + 1, pages=listed.pages)
                for label, page in pages
            )

    def _of_option(self, turn: int, listed: effect.Field, option: effect.Option) -> Key:
        turned = None if option.picked is None else not option.picked
        ours = OURS.get(listed.kind, {}).get(option.label)
        label = self._words.say(Sentence(ours)) if ours else option.label
        shown = label if listed.kind == "rank" else _switch(option.picked, label)
        return self._key(shown, event.Chose(turn, listed.number, option.choice, turned))

    def _of_move(self, ask: effect.Ask, move: str) -> Key:
        label, style, happened = MOVES[move]
        if move == "done" and ask.expects == "entries":
            label = NO_MORE
        own = ask.labels.get(move, "")
        if move == "keep":
            label = self._words.say(Sentence(label, {"answer": shortened(_line(own), 30)}))
        else:
            label = own or self._words.say(Sentence(label))
        return self._key(label, happened(ask), style)

    def of_buttons(self, part: Buttons) -> Iterator[tuple[Key, ...]]:
        """Rows as they were given."""
        for row in part.rows:
            if row:
                yield tuple(self._of_button(button) for button in row)

    def _of_button(self, button: Button) -> Key:
        label = button.text
        if not button.literal:
            sentence = Sentence(button.text, button.values, domain=button.domain, context=button.context)
            label = self._words.say(sentence)
        if button.url:
            return Key(_label(label), "", button.style, button.url)
        return Key(_label(_switch(button.picked, label)), self._sign(button.action), button.style)


def _switch(picked: bool | None, label: str) -> str:
    return label if picked is None else f"{'☑' if picked else '☐'} {label}"


def _line(text: str) -> str:
    return " ".join(canonical(text).split())


def _label(text: str) -> str:
    label = shortened(_line(text), LABEL)
    return label if _visible(label) else "…"


def _visible(text: str) -> bool:
    """Whether there is anything to see; Telegram takes no text without."""
    return any(
        unicodedata.category(character) not in ("Cc", "Cf", "Cn", "Mn", "Me", "Zs", "Zl", "Zp")
        and character not in _UNSEEN
        for character in text
    )


def _blocks(part: Part, words: Words) -> Iterator[_Block]:
    """The paragraphs of one part."""
    match part:
        case effect.Ask():
            yield from _ask(part, words)
        case effect.Say("stopped"):
            yield _ours(Sentence(STOPPED, {"days": DRAFT_DAYS}, STOPPED_MANY, DRAFT_DAYS), words)
        case effect.Say(key, paragraphs):
            if key:
                yield _ours(Sentence(SAID[key]), words)
            yield from (_authored(paragraph, words) for paragraph in paragraphs)
        case effect.Refuse():
            yield from _refusal(part, words)
        case Sentence():
            yield _ours(part, words)
        case Lines(sentences):
            yield _joined((_ours(sentence, words) for sentence in sentences), "\n")
        case Quote(said, label, domain):
            heading, _ = _around(words.say(Sentence(label, domain=domain)) if label else "")
            shown = defanged(said).strip()
            runs = [_Run(words.marked(heading.rstrip()), ("b",))] if label else []
            runs += [_Run(shown, ("blockquote",))] if _visible(shown) else []
            yield _joined(((run,) for run in runs), "\n")
        case Marked(runs):
            yield tuple(_marked(run) for run in runs)
        case Fact(label, value, domain):
            text = words.say(Sentence(label, domain=domain))
            before, after = _around(text if _PLACEHOLDER.search(text) else _labelled(text, words))
            yield _line_of_card(before, value, after, words)
        case _:
            return


def _marked(run: Run) -> _Run:
    """A styled run, set apart line by line, so that what stands beside it keeps its place (S13)."""
    shown = defanged(run.words)
    if run.styles:
        shown = "\n".join(f"{FSI}{line}{PDI}" if line else line for line in shown.split("\n"))
    return _Run(shown, run.styles)


def _ask(ask: effect.Ask, words: Words) -> Iterator[_Block]:
    for place, paragraph in enumerate(ask.paragraphs):
        yield _authored(paragraph, words, ("i",) if place in ask.hints else ())
        if ask.facts.get("heading") == str(place):
            count = int(ask.facts["questions"])
            yield (_Run(words.say(Sentence(QUESTIONS, {}, QUESTIONS_MANY, count)), ("i",)),)
    if so_far := ask.facts.get("so_far"):
        yield (_Run(words.marked(words.isolated(so_far)), ("b",)),)
    if ask.expects == "summary" and not ask.paragraphs:
        yield _ours(Sentence(SUMMARY), words)
    if ask.expects == "entries" and not ask.entry:
        yield _ours(Sentence(ANOTHER if ask.entries else NONE_YET), words)
    lines = []
    for number, line in enumerate(ask.summary, 1):
        numbered = f"{number}. " if len(ask.summary) > EDITS else ""
        before, after = _around(_labelled(numbered + defanged(_line(line.label)), words))
        lines.append(_line_of_card(before, line.answer, after, words))
    if lines:
        yield _joined(lines, "\n")
    if hints := [words.marked(words.say(hint)) for hint in _hints(ask)]:
        yield (_Run("\n".join(hints), ("i",)),)


def _hints(ask: effect.Ask) -> Iterator[Sentence]:
    """What helps to answer, in our own words."""
    kinds = {listed.kind for listed in ask.fields}
    if "done" in ask.moves and "rank" in kinds:
        yield Sentence(RANK)
    if "done" in ask.moves and kinds == {"several"}:
        yield Sentence(SEVERAL)
    if any(listed.pages > 1 and listed.kind == "one" for listed in ask.fields):
        yield Sentence(WRITE_LETTERS)
    if ask.expects in SEND:
        yield Sentence(SEND[ask.expects])
    if ask.expects in ("video", "file"):
        yield Sentence(UP_TO, {"size": LARGEST})
    if "least" in ask.facts:
        yield Sentence(WITHIN_STEPS if "step" in ask.facts else WITHIN, ask.facts)
    if "example" in ask.facts and "so_far" not in ask.facts:
        yield Sentence(WRITE_IT, ask.facts)


def _refusal(refuse: effect.Refuse, words: Words) -> Iterator[_Block]:
    if refuse.words:
        yield _authored(refuse.words, words)
    if refuse.reason == "already_answered":
        answer = shortened(_line(refuse.answer), 300)
        if refuse.asked is None:
            yield _ours(Sentence(OLD), words)
        else:
            yield _ours(Sentence(ANSWERED, {"answer": answer}) if answer else Sentence(LEFT), words)
    elif not (refuse.words and refuse.reason == "not_valid"):
        text = NOT_WITHIN_STEPS if "step" in refuse.facts else REFUSED[refuse.reason]
        example = EXAMPLES.get(refuse.reason, "")
        yield _ours(Sentence(text, {**refuse.facts, "example": example}), words)


def _ours(sentence: Sentence, words: Words) -> _Block:
    """One of the bot's own sentences; what is put into it makes no link, but for its links."""
    text = words.say(_harmless(sentence))
    return (_Run("\n".join(words.marked(line) for line in text.split("\n"))),)


def _harmless(sentence: Sentence) -> Sentence:
    if not sentence.values:
        return sentence
    values = dict(sentence.values)
    for name, value in values.items():
        if isinstance(value, Sentence):
            values[name] = _harmless(value)
        elif isinstance(value, str) and name not in LINKS:
            values[name] = defanged(value)
    return replace(sentence, values=values)


def _authored(paragraph: str, words: Words, styles: tuple[str, ...] = ()) -> _Block:
    """An author's paragraph: its marks as styles, each line in the direction of its language."""
    lines = []
    for line, heading in lines_of(canonical(paragraph)):
        around = (*styles, "b") if heading else styles
        lines.append(tuple(_Run(run.text, run.styles) for run in runs_of(words.marked(line), around)))
    return _joined(lines, "\n")


def _labelled(label: str, words: Words) -> str:
    """A label with its language's colon, and a placeholder for what it labels."""
    return words.say(Sentence("{label}: {answer}", {"label": label}, domain="desk"))


def _around(text: str) -> tuple[str, str]:
    """What stands before and after the last placeholder of a sentence; all of it before where it has none."""
    found = list(_PLACEHOLDER.finditer(text))
    return (text[: found[-1].start()], text[found[-1].end() :]) if found else (text, "")


def _line_of_card(before: str, value: str, after: str, words: Words) -> _Block:
    shown = words.isolated(defanged(value).strip())
    return (_Run(words.marked(before), ("b",)), _Run(shown), _Run(after))


def _joined(blocks: Iterable[_Block], between: str) -> _Block:
    runs: list[_Run] = []
    for block in blocks:
        runs += [_Run(between), *block] if runs else block
    return tuple(runs)


def _texts(blocks: Sequence[_Block]) -> Iterator[Text]:
    """The paragraphs as messages: as many in one as fit, a longer one cut between its words."""
    runs = _joined((block for block in blocks if any(run.text for run in block)), "\n\n")
    waiting = [run for run in reversed(runs) if run.text]
    for plain in split("".join(run.text for run in runs), LONGEST):
        html = []
        room = len(plain)
        while room:
            run = waiting.pop()
            if len(run.text) > room:
                waiting.append(_Run(run.text[room:], run.tags))
                run = _Run(run.text[:room], run.tags)
            html.append(_html(run))
            room -= len(run.text)
        if _visible(plain):
            yield Text("".join(html), plain)


def _html(run: _Run) -> str:
    text = escape(run.text, quote=False)
    for tag in reversed(run.tags):
        text = f"<{tag}>{text}</{tag}>"
    return text
