"""What whoever comes is met with: the question for the language, the menu, the first question of a form."""

from collections.abc import Mapping, Sequence

from bot import buttons
from bot.circumstances import Circumstances, reply
from bot.consenting import OPENING, agreed_before
from bot.people import Respondent
from bot.ports import NOTHING, Kept, Unit
from bot.speech import Button, Buttons, Part, Sentence
from bot.walking import FORM_LINK, came_by, open_form, prefilled, saved
from dialogs import effect, event

FORMS = ("testimony", "initiative", "checkin")
"""The forms a respondent may begin by herself."""

ASKED_IN = 4
"""In how many languages the first question is asked; each language's button bears its own name."""


def ask_language(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    *lead: Part,
    form: str | None = None,
    asked: Mapping[str, str] = NOTHING,
) -> None:
    """Ask for the language, the phone's first; `form` begins once it is chosen. `asked`: see `Kept.asked`."""
    if form is not None:
        her = saved(unit, her, waiting={"for": "start", "form": form, **_carried(asked)})
    first = here.language(her.language)
    codes = sorted(here.languages, key=lambda code: code != first)
    question = "\n".join(here.say(Sentence("Choose your language"), code) for code in codes[:ASKED_IN])
    keys = [Button(here.languages[code].name, f"l:{code}", literal=True) for code in codes]
    rows = tuple(tuple(keys[at : at + 2]) for at in range(0, len(keys), 2))
    reply(unit, here, her, *lead, effect.Say(paragraphs=(question,)), Buttons(rows))


def menu(text: str) -> tuple[Part, ...]:
    """What she can do here, after a sentence of ours."""
    rows = (
        (Button("Tell what I live through", "m:testimony"),),
        (Button("Tell about an initiative", "m:initiative"),),
        (Button("Say how it is now", "m:checkin"),),
        (Button("See what I told", "m:mine"),),
        (Button("Read what others told", "m:voices"),),
    )
    return Sentence(text), Buttons(rows)


def begin(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    name: str,
    *,
    lead: Sequence[Part] = (),
    asked: Mapping[str, str] = NOTHING,
) -> None:
    """Begin a form; where a session is open, ask first whether to go on with it. `asked`: see `Kept.asked`."""
    kept = unit.sessions.of(her.id)
    if her.language is None:
        ask_language(unit, here, her, form=name, asked=asked)
    elif kept is not None:
        go_on_or_again(unit, here, her, kept, name, asked)
    else:
        her = saved(unit, her, waiting={})
        form, given = unit.forms.current(name), prefilled(unit, here, her)
        agreed = agreed_before(unit, here, her) if form.meaning("keep") is None else {}
        if agreed is None:
            given["then"] = name
            form = unit.forms.current(OPENING)
        open_form(unit, here, her, form, given, lead=lead, agreed=agreed or {}, asked=asked)


def may_begin(unit: Unit, form: str | None) -> bool:
    """Whether a respondent may begin a form of this name by herself: a built-in one, or one a partner published."""
    return form in FORMS or (form is not None and begun_by(unit, FORM_LINK + form) is not None)


def begun_by(unit: Unit, link: str) -> str | None:
    """The partner's form a link begins, where it is published; the built-in ones need no link."""
    if not link.startswith(FORM_LINK):
        return None
    name = link.removeprefix(FORM_LINK)
    try:
        unit.forms.current(name)
    except LookupError:
        return None
    return None if name == OPENING else name


def go_on_or_again(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    kept: Kept,
    form: str,
    asked: Mapping[str, str] = NOTHING,
) -> None:
    """Ask whether to go on with what is open, or to begin this form. `asked`: see `Kept.asked`; where the form is the
    one that is open, going on answers it too.
    """
    if asked and kept.session.form == form:
        kept = came_by(unit, here, kept, asked)
    before = {key: value for key, value in her.waiting.items() if key != "asked"}
    her = saved(unit, her, waiting={**before, "form": form, **_carried(asked)})
    go_on = Button("Go on", buttons.dialog(kept.tag, event.Resumed()), style="primary")
    again = Button("Start again", f"m:again:{kept.tag}")
    shall = Sentence("You had begun to tell us something. Shall we go on with it?")
    reply(unit, here, her, shall, Buttons(((go_on,), (again,))))


def _carried(asked: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What waits with her until the form begins."""
    return {"asked": dict(asked)} if asked else {}


def old_button(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """A button that does nothing any more."""
    reply(
        unit,
        here,
        her,
        Sentence("This button is from earlier and does nothing any more. What you told us: /mine"),
    )


def outside(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """She wrote while nothing is asked: it is not kept, and she is shown how to begin."""
    text = "Thank you for writing. What you write outside a conversation is not kept. Shall we begin?"
    if her.language is None:
        ask_language(unit, here, her, Sentence(text))
    else:
        reply(unit, here, her, *menu(text))
