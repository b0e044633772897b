"""Publishing: what authors see of their forms: issues, a preview in each language, a try, publish and withdraw.

Actions are `x:<verb>:<code of the version>` with, for a preview, `:<language>`, for w! its stamp; the verbs:
v preview · t try · p publish · w withdraw, w! and she is sure · l list; and
`x:for:<role>`, of whom a file is
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from bot import arriving, authoring, buttons, conversation, leaving, walking
from bot.authoring import Reading
from bot.circumstances import Circumstances, tell
from bot.heard import Recording
from bot.linking import NAME, opening
from bot.outbox import Kind
from bot.people import Moderator, Respondent
from bot.ports import Edition, Unit
from bot.speech import Button, Buttons, Message, Part, Quote, Sentence
from bot.standing import refuse
from dialogs.form import Form, Issue
from dialogs.told import Told
from dialogs.transcript import rehearse

COMMANDS = ("forms",)

SHOWN = 20
"""Issues told at once."""

PREVIEW = 3_400
"""Characters of a preview: one message."""

LINES = 60
"""Lines of the author's that a preview plays at most."""


CHOICE = "x:for:"
"""How the button begins by which somebody who writes for several partners says for which."""

_FILE = "form"
"""What an author's role waits for: that choice; the file is kept with it."""


def authors_at(unit: Unit, address: str) -> list[Moderator]:
    """The roles at this address that write forms, one for each partner (S22)."""
    roles = [role for role in unit.people.moderators_at(address) if role.writes_forms]
    return sorted({role.partner: role for role in roles}.values(), key=lambda role: role.partner)


def expects_file(unit: Unit, address: str) -> bool:
    """Whether a file from this address is a form: of an author, who is not answering a form right now."""
    if not authors_at(unit, address):
        return False
    her = unit.people.respondent_at(address)
    return her is None or unit.sessions.of(her.id) is None


def receive(unit: Unit, here: Circumstances, address: str, sent: Recording) -> None:
    """A file came from an author."""
    authors = authors_at(unit, address)
    if not authors:
        return
    author = authors[0]
    if sent.size > conversation.LARGEST:
        _say(
            unit,
            here,
            author,
            _desk("This file is too large. A form has at most 5 MB, a .zip with its files 20 MB."),
        )
        return
    if len(authors) == 1:
        _read(unit, here, author, sent.file)
        return
    unit.people.save_moderator(replace(author, waiting={"for": _FILE, "file": sent.file}))
    rows = tuple(
        (Button(unit.people.partner(each.partner).name, f"{CHOICE}{each.id}", literal=True),)
        for each in authors
    )
    _say(unit, here, author, _desk("For which partner is this form?"), Buttons(rows))


def choose(unit: Unit, here: Circumstances, address: str, role: str) -> None:
    """For which partner the file is that was sent last."""
    authors = authors_at(unit, address)
    author = next((each for each in authors if each.id == role), None)
    if author is None:
        _stranger(unit, here, address)
        return
    files = [each.waiting["file"] for each in authors if each.waiting.get("for") == _FILE]
    for each in authors:
        if each.waiting:
            unit.people.save_moderator(replace(each, waiting={}))
    if files:
        _read(unit, here, author, files[0])
    else:
        _say(unit, here, author, _desk("Please send the file once more."))


def _read(unit: Unit, here: Circumstances, author: Moderator, file: str) -> None:
    authoring.receive(unit, here, author, file)
    _say(unit, here, author, _desk("Thank you. I am reading the form; the answer comes in a moment."))


def command(unit: Unit, here: Circumstances, address: str) -> None:
    """/forms."""
    authors = authors_at(unit, address)
    if authors:
        _list(unit, here, authors)
    else:
        _stranger(unit, here, address)


def tap(unit: Unit, here: Circumstances, address: str, her: Respondent, action: str) -> None:
    """A button of an author's; rights are read anew at each (S22)."""
    authors = authors_at(unit, address)
    _, verb, code, argument = (*action.split(":"), "", "", "")[:4]
    theirs = [
        (author, edition)
        for author in authors
        if (edition := authoring.editions(unit, author).get(code)) is not None
    ]
    if not authors:
        _stranger(unit, here, address)
    elif verb == "l":
        _list(unit, here, authors)
    elif not theirs:
        _say(unit, here, authors[0], _desk("This version is not there any more. Your forms: /forms"))
    else:
        author, edition = theirs[0]
        _do(unit, here, author, her, verb, edition, argument)


def _do(
    unit: Unit,
    here: Circumstances,
    author: Moderator,
    her: Respondent,
    verb: str,
    edition: Edition,
    argument: str,
) -> None:
    form = unit.forms.version(edition.name, edition.version)
    match verb:
        case "v":
            _preview(unit, here, author, form, argument)
        case "t":
            arriving.try_out(unit, here, her, form)
        case "p":
            authoring.publish(unit, here, author, edition)
            payload = f"{walking.FORM_LINK}{form.name}"
            bot = unit.marks.get(NAME)
            begins = _desk(
                "“{title}”, version {version}, is published. It begins here: {link}",
                title=form.title,
                version=form.version,
                link=opening(bot, payload) if bot else f"/start {payload}",
            )
            _say(unit, here, author, begins, Buttons(((_button("Withdraw", "w", form),),)))
        case "w":
            _make_sure(unit, here, author, form)
        case "w!" if not buttons.is_recent(argument, here.now):
            _make_sure(unit, here, author, form, leaving.WHILE_AGO)
        case "w!":
            authoring.withdraw(unit, here, author, edition)
            arriving.end_all(unit, here, edition.name)
            _say(unit, here, author, _desk("“{title}” is asked no more.", title=form.title))
        case _:
            _show(unit, here, author, form)


def _make_sure(unit: Unit, here: Circumstances, author: Moderator, form: Form, *lead: Part) -> None:
    """Ask once more before a form is withdrawn, and with it what people have begun and not sent."""
    asked = _desk(
        "Shall “{title}” be asked no more? Whoever is answering it now is told kindly; what was answered stays.",
        title=form.title,
    )
    action = buttons.stamped(f"x:w!:{authoring.code_of(form)}", here.now)
    sure = Button("Yes, withdraw", action, style="danger", domain="desk")
    cancel = Button("Cancel", "x:l", domain="desk")
    _say(unit, here, author, *lead, asked, Buttons(((sure,), (cancel,))))


def tell_outcome(unit: Unit, here: Circumstances, author: Moderator, reading: Reading) -> None:
    """What came of a file: everything to correct at once, or what can be done with it."""
    if reading.form is not None:
        _show(unit, here, author, reading.form, *_advice(reading.issues))
        return
    count = len(reading.issues)
    summary = Sentence(
        "{count} thing is to be corrected before this form can be asked:",
        {"count": count},
        "{count} things are to be corrected before this form can be asked:",
        count,
        "desk",
    )
    _say(unit, here, author, summary, *_listed(reading.issues))


def _advice(issues: Sequence[Issue]) -> list[Part]:
    return [_desk("It can be asked as it is. Better still:"), *_listed(issues)] if issues else []


def _listed(issues: Sequence[Issue]) -> list[Part]:
    more = [_authors("And more of them: {count}", count=len(issues) - SHOWN)] if len(issues) > SHOWN else []
    return [*map(_issue, issues[:SHOWN]), *more]


def _issue(issue: Issue) -> Sentence:
    """An issue in the author's language: its place, its cause, its remedy."""
    advice = _authors("{cause} {remedy}", cause=_sayable(issue.cause), remedy=_sayable(issue.remedy))
    places: list[Sentence | str] = []
    if issue.sheet:
        places.append(_authors("sheet {sheet}", sheet=issue.sheet))
    if issue.row:
        places.append(_authors("row {row}", row=issue.row))
    if issue.column:
        places.append(_authors("column {column}", column=issue.column))
    if issue.ref:
        places.append(issue.ref)
    if not places:
        return advice
    place = reduce(lambda wide, close: _authors("{wide}, {close}", wide=wide, close=close), places)
    return _authors("{place}: {advice}", place=place, advice=advice)


def _sayable(told: Told) -> Sentence:
    values = {
        name: _sayable(value) if isinstance(value, Told) else value for name, value in told.values.items()
    }
    return Sentence(told.template, values, domain="authors")


def _show(unit: Unit, here: Circumstances, author: Moderator, form: Form, *more: Part) -> None:
    """A version: what it is, and what can be done with it."""
    about = _desk(
        "“{title}”, version {version}: {questions} questions, in {languages}.",
        title=form.title or form.name,
        version=form.version,
        questions=sum(1 for _ in form.questions()),
        languages=tuple(here.name(code) for code in form.languages),
    )
    previews = tuple(
        (
            _button(
                "Preview: {language}",
                "v",
                form,
                language,
                values={"language": here.name(language)},
            ),
        )
        for language in form.languages
    )
    deeds = (
        (_button("Try it here", "t", form),),
        (_button("Publish", "p", form, style="success"),),
        (_button("Withdraw", "w", form),),
    )
    _say(unit, here, author, about, *more, Buttons((*previews, *deeds)))


def _preview(unit: Unit, here: Circumstances, author: Moderator, form: Form, language: str) -> None:
    """How the form is asked, somebody answering whatever comes."""
    spoken = language if language in form.languages else form.default_language
    text = rehearse(form, spoken, most=LINES)
    shown = text if len(text) <= PREVIEW else f"{text[:PREVIEW].rpartition(chr(10))[0]}\n…"
    back = Button("Back to the form", f"x:o:{authoring.code_of(form)}", domain="desk")
    _say(unit, here, author, Quote(shown), Buttons(((back,),)))


def _list(unit: Unit, here: Circumstances, authors: Sequence[Moderator]) -> None:
    known = [
        (code, each, f" · {unit.people.partner(author.partner).name}" if len(authors) > 1 else "")
        for author in authors
        for code, each in authoring.editions(unit, author).items()
    ]
    if not known:
        none = _desk("You have no form yet. Send me one: an Excel file, as for KoboToolbox.")
        _say(unit, here, authors[0], none)
        return
    rows = tuple(
        (Button(f"{_mark(each)} {each.name} · {each.version}{whose}", f"x:o:{code}", literal=True),)
        for code, each, whose in known[:SHOWN]
    )
    key = _desk("Your forms. ● published, ○ a draft, ◌ replaced or withdrawn. To add one, send me the file.")
    _say(unit, here, authors[0], key, Buttons(rows))


def _mark(edition: Edition) -> str:
    if edition.current:
        return "●"
    return "◌" if edition.published else "○"


def _stranger(unit: Unit, here: Circumstances, address: str) -> None:
    refuse(unit, here, address, "forms")
    no = _desk("This is for authors of forms. You are not one, or no longer one.")
    tell(unit, here, address, Message(here.language(), (no,)))


def _button(
    text: str, verb: str, form: Form, argument: str = "", *, style: str = "", values: Any = None
) -> Button:
    action = ":".join(filter(None, ("x", verb, authoring.code_of(form), argument)))
    return Button(text, action, values or {}, style=style, domain="desk")


def _desk(text: str, **values: Any) -> Sentence:
    return Sentence(text, values, domain="desk")


def _authors(text: str, **values: Any) -> Sentence:
    return Sentence(text, values, domain="authors")


def _say(unit: Unit, here: Circumstances, author: Moderator, *parts: Part) -> None:
    message = Message(here.language(author.language), parts)
    tell(unit, here, author.address, message, kind=Kind.MODERATION)
