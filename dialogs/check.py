"""Every Issue of a form at once: where, cause, remedy. What cannot be read at all is told by `dialogs.reading`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

from dialogs.form import HIDES, Bind, Choice, Form, Group, Issue, Kind, Part, Question, Ref, Repeat, Text
from dialogs.graph import graph, matching, paths, repeats
from dialogs.outside import read_from_outside
from dialogs.shown import choices_of, named
from dialogs.told import Told, told
from dialogs.unasked import faults
from dialogs.xpath import Expression, Node

MAX_LABEL = 64
"""Characters of a choice's label that a button shows on a small screen."""

NAMES = 10
"""Names of files that one issue tells."""

QUESTION_HINTS = frozenset({"voice", "photo", "suggest", "place", "precision", "end", "summary", "helplines"})
PRECISIONS = frozenset("0123456")
"""Decimals of a degree that may be kept of a place: 0 is about 100 km, 1 about 10 km, 2 about 1 km."""
FORM_HINTS = {"hide": HIDES}
BIND_HINTS = frozenset({"means", "given", "theme"})
ONCE = ("means", "given")
"""What one question only may say, but of “compared”, which each theme may have."""
COMPARED = ("better", "same", "worse")
"""The choices of a question that compares."""
COMPANIONS = {"voice": Kind.AUDIO, "photo": Kind.IMAGE}
PRELOADS = frozenset({"date today", "timestamp start", "timestamp end", "uid"})
"""What is filled in without asking: nothing of it identifies a person."""

_COLUMNS = {
    "relevant": "relevant",
    "calculate": "calculation",
    "count": "repeat_count",
    "choices": "choice_filter",
}
_RECORDINGS = {
    "setgeopoint": told("It records where the person is, unasked."),
    "recordaudio": told("It records sound unasked."),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the ref it is about; in a workbook also row, column and sheet."""

    ref: Ref
    row: int | None
    column: str = ""
    sheet: str = "survey"

    def issue(self, cause: Told, remedy: Told, *, advice: bool = False) -> Issue:
        """An issue at this place."""
        if self.row is None:
            return Issue(None, self.ref, cause, remedy, advice)
        return Issue(self.row, self.ref, cause, remedy, advice, self.sheet, self.column)


def check(form: Form) -> list[Issue]:
    """Everything wrong with a form that was read, in the order of its rows; `advice` does not stop a form."""
    return in_order(
        [
            *cycles(form),
            *_empty(form),
            *_lost_paths(form),
            *_from_outside(form),
            *_elsewhere(form),
            *_not_sent(form),
            *_hints(form),
            *_compared(form),
            *_unaskable(form),
            *_astray(form),
            *_recorded(form),
            *_entities(form),
            *_languages(form),
            *_labels(form),
        ]
    )


def in_order(issues: Iterable[Issue]) -> list[Issue]:
    """Issues in the order of the rows they are about, those of no row last."""
    return sorted(issues, key=lambda issue: (issue.row is None, issue.row or 0, issue.ref))


def cycles(form: Form) -> list[Issue]:
    """The circles among the form's rules: rules that wait for one another can never be worked out."""
    issues = []
    places = {ref: place for place, ref in enumerate(form.binds)}
    for circle in graph(form).circles:
        first = min(range(len(circle)), key=lambda i: places.get(circle[i].ref, 0))
        around = (*circle[first:], *circle[: first + 1])
        rules = " → ".join(f"{_name(rule.ref)} ({_COLUMNS[rule.writes]})" for rule in around)
        bind = form.binds.get(around[0].ref)
        cause = told("These rules read each other in a circle: {rules}.", rules=rules)
        place = Place(around[0].ref, bind.row if bind else None, _COLUMNS[around[0].writes])
        issues.append(place.issue(cause, told("Let one of them read something else.")))
    return issues


NOTHING_ASKED = Issue(None, "", told("The form asks nothing."), told("Write at least one question."))


def _empty(form: Form) -> Iterator[Issue]:
    if not any(question.kind is not Kind.NOTE for question in form.questions()):
        yield NOTHING_ASKED


# -- paths ----------------------------------------------------------------------------------------------------------


def _lost_paths(form: Form) -> Iterator[Issue]:
    known = dict.fromkeys(paths(form))
    names = {_name(path): path for path in known}
    for ref, bind in form.binds.items():
        if ref not in known:
            yield Place(ref, bind.row).issue(
                told("The rules are for a node that is not there."), told("Correct the name.")
            )
    for place, expression in expressions(form):
        for read in sorted(expression.dependencies(place.ref)):
            if read.startswith("instance("):
                key = read.removeprefix("instance(").partition(")")[0]
                if key not in form.instances:
                    yield place.issue(
                        told(
                            "“{expression}” reads the list “{list}”, which is not there.",
                            expression=expression.text,
                            list=key,
                        ),
                        _ADD_LIST,
                    )
            elif "@" not in read and "text()" not in read and not matching(read, known) and read.strip("/"):
                close = get_close_matches(_name(read), names, n=1, cutoff=0.6)
                cause = told(
                    "“{expression}” reads {path}, which is not there.", expression=expression.text, path=read
                )
                remedy = told("Correct the name.")
                if close:
                    remedy = told("Did you mean “{meant}”?", meant=names[close[0]])
                yield place.issue(cause, remedy, advice=_name(read) == NOTHING_AT_ALL)


_ADD_LIST = told("Add the list to the choices sheet.")
NOTHING_AT_ALL = "null"
"""What authors write where they mean nothing; to every engine it is the name of a node that is not there."""


def _from_outside(form: Form) -> Iterator[Issue]:
    for place, expression in expressions(form):
        if place.column == "choice_filter":
            continue  # choices may be the entries of a repeat
        for repeat in read_from_outside(form, expression, place.ref):
            cause = told(
                "“{expression}” reads an answer in the repeat {repeat} from outside of it.",
                expression=expression.text,
                repeat=_name(repeat),
            )
            remedy = told(
                "Say which entry, as {one} does, or take them all, as {all} does.",
                one="indexed-repeat()",
                all="sum()",
            )
            yield place.issue(cause, remedy)


def _elsewhere(form: Form) -> Iterator[Issue]:
    for key, address in form.elsewhere.items():
        if address.startswith("jr://instance/last-saved"):
            cause = told("The form reads what was sent last time.")
            remedy = told("Let nothing read {expression}.", expression="${last-saved#…}")
            yield Issue(None, "", cause, remedy)
            continue
        name = address.rpartition("/")[2]
        places = (
            place
            for place, expression in expressions(form)
            if any(read.startswith(f"instance({key})") for read in expression.dependencies(place.ref))
        )
        place = next(places, Place("", None))
        if place.column == "choice_filter":
            place = replace(place, column="type")  # where the file is named
        yield place.issue(told("The form reads “{file}”, which was not sent.", file=name), _SEND_BOTH)


def _not_sent(form: Form) -> Iterator[Issue]:
    """The pictures, sounds and films that are not here, all in one."""
    missing = [each for each in named(form) if each.name and each.name not in form.files]
    if missing:
        first, names = missing[0], dict.fromkeys(each.name for each in missing)
        shown = ", ".join([*list(names)[:NAMES], *(["…"] if len(names) > NAMES else [])])
        cause = told("The form shows {files}, which were not sent: it is asked without.", files=shown)
        column = f"media::{first.kind}"
        yield Place(first.ref, first.row, column, first.sheet).issue(cause, _SEND_BOTH, advice=True)


_SEND_BOTH = told("Send a .zip with the form and the files it names.")


def expressions(form: Form) -> Iterator[tuple[Place, Expression]]:
    """Every expression of a form with the place it is worked out at."""
    for bind in form.binds.values():
        rules = {
            "relevant": bind.relevant,
            "required": bind.required,
            "readonly": bind.readonly,
            "constraint": bind.constraint,
            "calculation": bind.calculate,
        }
        for column, rule in rules.items():
            if rule is not None:
                yield Place(bind.ref, bind.row, column), rule
    for repeat in repeats(form.body):
        if repeat.count is not None:
            yield Place(repeat.ref, repeat.row, "repeat_count"), repeat.count
    for question in form.questions():
        if question.itemset is not None and question.itemset.nodes is not None:
            yield Place(question.ref, question.row, "choice_filter"), question.itemset.nodes
    for action in form.actions:
        if isinstance(action.value, Expression):
            bind = form.binds.get(action.ref) or Bind(action.ref)
            column = "calculation" if action.source is not None else "default"
            yield Place(action.ref, bind.row, column), action.value
    for place, _, text in _texts(form):
        for pieces in text.by_language.values():
            yield from ((place, piece) for piece in pieces if not isinstance(piece, str))


# -- chat hints -----------------------------------------------------------------------------------------------------


def _hints(form: Form) -> Iterator[Issue]:
    by_name: dict[str, Question] = {}
    for question in form.questions():
        by_name.setdefault(question.name, question)
    for hint, value in sorted(form.chat.items()):
        row = 2 if any(question.row for question in form.questions()) else None
        place = Place("", row, f"attribute::tg:{hint}", "settings")
        if hint not in FORM_HINTS:
            yield _unknown(place, hint, FORM_HINTS)
        elif value not in FORM_HINTS[hint]:
            yield _unknown(place, f"{hint}: {value}", FORM_HINTS[hint])
    for part in _parts(form.body):
        known = QUESTION_HINTS if isinstance(part, Question) else frozenset()
        for hint in sorted(set(part.chat) - known):
            yield _unknown(Place(part.ref, part.row), hint, known)
        if isinstance(part, Question):
            yield from _hint_values(part, by_name)
    for bind in form.binds.values():
        for hint in sorted(set(bind.chat) - BIND_HINTS):
            yield _unknown(Place(bind.ref, bind.row), hint, BIND_HINTS)
    yield from _meanings(form.binds.values())


def _unknown(place: Place, hint: str, known: Iterable[str]) -> Issue:
    remedy = told("Use one of: {hints}.", hints=", ".join(sorted(known))) if known else told("Remove it.")
    return place.issue(told("The chat hint “{hint}” is not known here.", hint=hint), remedy)


def _hint_values(question: Question, by_name: dict[str, Question]) -> Iterator[Issue]:
    for hint, value in question.chat.items():
        found: tuple[Told, Told] | None = None
        match hint:
            case "voice" | "photo":
                companion = by_name.get(value)
                kind = COMPANIONS[hint]
                if companion is None or companion.kind is not kind:
                    found = (
                        told("“{name}” is no {type} question of this form.", name=value, type=kind),
                        told("Name an {type} question.", type=kind),
                    )
                elif question.kind is not Kind.TEXT:
                    found = (
                        told("Only a text can be answered by {hint}.", hint=hint),
                        told("Move it to a text question."),
                    )
            case "suggest" | "place":
                choices = question.itemset.choices.values() if question.itemset is not None else ()
                if not any(value in choice.extra for choice in choices):
                    found = (
                        told("The choices have no column “{column}”.", column=value),
                        told("Name a column of the choices sheet."),
                    )
            case "precision":
                if question.kind is not Kind.GEOPOINT or value not in PRECISIONS:
                    found = (
                        told("“{hint}” cannot be “{value}” here.", hint=hint, value=value),
                        told("Write 0 to 6, on a {type}.", type=Kind.GEOPOINT),
                    )
            case "end" | "summary" | "helplines":
                wanted = "decline" if hint == "end" else "yes"
                if question.kind is not Kind.NOTE or value != wanted:
                    found = (
                        told("“{hint}” cannot be “{value}” here.", hint=hint, value=value),
                        told("Write “{value}”, on a note.", value=wanted),
                    )
        if found:
            yield Place(question.ref, question.row, f"body::tg:{hint}").issue(*found)


def _meanings(binds: Iterable[Bind]) -> Iterator[Issue]:
    seen: dict[tuple[str, str, str], Ref] = {}
    for bind in binds:
        theme = bind.chat.get("theme", "") if bind.chat.get("means") == "compared" else ""
        for hint in ONCE:
            if hint not in bind.chat:
                continue
            first = seen.setdefault((hint, bind.chat[hint], theme), bind.ref)
            if first != bind.ref:
                cause = told(
                    "{name} already says “{hint}” is “{value}”.",
                    name=_name(first),
                    hint=hint,
                    value=bind.chat[hint],
                )
                yield Place(bind.ref, bind.row).issue(cause, told("Say it of one question only."))


def _compared(form: Form) -> Iterator[Issue]:
    """What says how a theme is now, and is asked by buttons, has the three answers that are counted."""
    questions = {question.ref: question for question in form.questions()}
    for bind in form.binds.values():
        hint, value = "theme", bind.chat.get("theme", "")
        remedy = told("Write “{value}” in the column {column}.", value="compared", column="bind::tg:means")
        wrong = bool(value)
        if bind.chat.get("means") == "compared":
            question = questions.get(bind.ref)
            choices = (
                question.itemset.choices if question is not None and question.itemset is not None else None
            )
            hint, value = "means", "compared"
            remedy = told("Let it have the choices {names}.", names=", ".join(COMPARED))
            wrong = choices is not None and not set(COMPARED) <= set(choices)
        if wrong:
            cause = told("“{hint}” cannot be “{value}” here.", hint=hint, value=value)
            yield Place(bind.ref, bind.row, f"bind::tg:{hint}").issue(cause, remedy)


# -- kinds ----------------------------------------------------------------------------------------------------------


def _unaskable(form: Form) -> Iterator[Issue]:
    companions = {
        question.chat[hint] for question in form.questions() for hint in COMPANIONS if hint in question.chat
    }
    for part in _parts(form.body):
        if isinstance(part, Repeat) and not part.parts:
            yield Place(part.ref, part.row).issue(
                told("Nothing is asked in this repeat."), told("Write a question in it.")
            )
        if not isinstance(part, Question):
            continue
        place = Place(part.ref, part.row)
        for fault in faults(part, form.binds.get(part.ref) or Bind(part.ref)):
            yield place.issue(fault.cause, fault.remedy, advice=fault.advice)
        silent = part.name in companions or "label" in part.appearance
        if not part.label and not part.hint and not part.media and not silent:
            yield place.issue(told("The question says nothing."), told("Write a label."))
        if part.itemset is not None and part.itemset.nodes is None and not part.itemset.choices:
            yield Place(part.ref, part.row).issue(told("There is nothing to choose from."), _ADD_LIST)
        if part.kind in {Kind.GEOTRACE, Kind.GEOSHAPE}:
            cause = told("A chat cannot ask for “{type}”.", type=part.kind)
            remedy = told("Use {type}, or let people tell it in words.", type=Kind.GEOPOINT)
            yield Place(part.ref, part.row, "type").issue(cause, remedy)
        if part.kind is Kind.RANGE and not _is_range(part):
            yield Place(part.ref, part.row, "parameters").issue(
                told("The range has no start, end and step."),
                told("Write them like this: {parameters}", parameters="start=0 end=10 step=1"),
            )


def _is_range(question: Question) -> bool:
    try:
        start, end, step = (float(question.parameters[key]) for key in ("start", "end", "step"))
    except (KeyError, ValueError):
        return False
    return step != 0 and start != end


def _astray(form: Form) -> Iterator[Issue]:
    """Questions whose node lies in a repeat, asked outside of it: there is no telling which entry is meant."""

    def search(parts: tuple[Part, ...], inside: tuple[Ref, ...]) -> Iterator[Issue]:
        for part in parts:
            if isinstance(part, Question):
                repeat = next(
                    (ref for ref in outer if part.ref.startswith(f"{ref}/") and ref not in inside), None
                )
                if repeat is not None:
                    cause = told(
                        "The question belongs to the repeat {repeat} and is asked outside of it.",
                        repeat=_name(repeat),
                    )
                    yield Place(part.ref, part.row).issue(cause, told("Move it into the repeat."))
            else:
                yield from search(part.parts, (*inside, part.ref) if isinstance(part, Repeat) else inside)

    outer = [repeat.ref for repeat in repeats(form.body)]
    return search(form.body, ())


def _recorded(form: Form) -> Iterator[Issue]:
    """What tells who or where a person is, without asking."""
    for bind in form.binds.values():
        place = Place(bind.ref, bind.row, "type")
        if bind.preload and bind.preload not in PRELOADS:
            what = bind.preload.rpartition(" ")[2]
            cause = told("“{what}” tells who the person is, without asking.", what=what)
            yield place.issue(cause, _NO_ROW)
        elif _name(bind.ref) == "audit" and "/meta/" in bind.ref:
            yield place.issue(told("An audit records the person unasked."), _NO_ROW)
    for action in form.actions:
        if action.records:
            bind = form.binds.get(action.ref) or Bind(action.ref)
            yield Place(action.ref, bind.row, "type").issue(_RECORDINGS[action.records], _NO_ROW)


_NO_ROW = told("Remove the row.")


def _entities(form: Form) -> Iterator[Issue]:
    def search(node: Node, path: Ref) -> Iterator[Issue]:
        if _name(path) == "entity" and "dataset" in node.attributes:
            cause = told("Entities are not kept by this bot.")
            yield Issue(None, path, cause, told("Leave the entities sheet out."))
        for child in node.children:
            yield from search(child, f"{path}/{child.name}")

    return search(form.model, f"/{form.model.name}")


# -- words ----------------------------------------------------------------------------------------------------------


def _languages(form: Form) -> Iterator[Issue]:
    for place, choice, text in _texts(form):
        missing = [code for code in form.languages if text and not text.by_language.get(code)]
        if missing:
            languages = ", ".join(missing)
            cause = told("The {column} is missing in {languages}.", column=place.column, languages=languages)
            if choice:
                cause = told(
                    "The label of choice “{choice}” is missing in {languages}.",
                    choice=choice,
                    languages=languages,
                )
            yield place.issue(cause, told("Translate it."), advice=form.default_language not in missing)


def _labels(form: Form) -> Iterator[Issue]:
    for place, choice in _told_choices(form):
        for code, pieces in choice.label.by_language.items():
            words = "".join(piece for piece in pieces if isinstance(piece, str))
            if len(words) > MAX_LABEL:
                cause = told(
                    "The label of “{choice}” has {count} characters in {language}.",
                    choice=choice.name,
                    count=len(words),
                    language=code,
                )
                remedy = told("Use at most {most}, so that it fits on a button.", most=MAX_LABEL)
                yield place.issue(cause, remedy, advice=True)


def _texts(form: Form) -> Iterator[tuple[Place, str, Text]]:
    """Every text of a form, each choice once: place, the choice's name or "", words."""
    for part in _parts(form.body):
        yield Place(part.ref, part.row, "label"), "", part.label
        if isinstance(part, Question):
            yield Place(part.ref, part.row, "hint"), "", part.hint
            yield Place(part.ref, part.row, "guidance_hint"), "", part.guidance
    for place, choice in _told_choices(form):
        yield place, choice.name, choice.label
    for bind in form.binds.values():
        yield Place(bind.ref, bind.row, "constraint_message"), "", bind.constraint_message
        yield Place(bind.ref, bind.row, "required_message"), "", bind.required_message


def _told_choices(form: Form) -> Iterator[tuple[Place, Choice]]:
    """Every choice once, with its place: on the choices sheet where that is known, else its first question."""
    told: set[int] = set()
    for question in form.questions():
        for choice in choices_of(question):
            if id(choice) not in told:
                told.add(id(choice))
                known = choice.row is not None
                yield (
                    Place(question.ref, choice.row, "label", "choices")
                    if known
                    else Place(question.ref, question.row, "label"),
                    choice,
                )


def _parts(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, Group | Repeat):
            yield from _parts(part.parts)


def _name(ref: Ref) -> str:
    return ref.rpartition("/")[2]
