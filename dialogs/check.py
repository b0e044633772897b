"""Every Issue of a form at once: row, cause, remedy. What cannot be read at all is told by `dialogs.reading`."""

from collections.abc import Iterable, Iterator

from dialogs.form import Action, Bind, Choice, Form, Group, Issue, Kind, Part, Question, Ref, Repeat, Text
from dialogs.graph import graph, matching, paths, repeats
from dialogs.xpath import Expression

MAX_LABEL = 64
"""Characters of a choice's label that a button shows on a small screen."""

QUESTION_HINTS = frozenset({"voice", "photo", "suggest", "place", "end", "summary"})
BIND_HINTS = frozenset({"means", "given"})
COMPANIONS = {"voice": Kind.AUDIO, "photo": Kind.IMAGE}
PRELOADS = frozenset({"date today", "timestamp start", "timestamp end", "uid"})
"""What is filled in without asking: nothing of it identifies a person."""

_RULES = {
    "relevant": "relevance",
    "calculate": "calculation",
    "count": "repeat count",
    "choices": "choice filter",
}
_ELSEWHERE = ("ex:", "printer", "map", "placement-map", "draw", "annotate", "signature", "counter")


def check(form: Form) -> list[Issue]:
    """Everything wrong with a form that was read, in the order of its rows; `advice` does not stop a form."""
    issues = [
        *cycles(form),
        *_empty(form),
        *_lost_paths(form),
        *_hints(form),
        *_unaskable(form),
        *_astray(form),
        *_preloads(form),
        *_languages(form),
        *_labels(form),
    ]
    return sorted(issues, key=lambda issue: (issue.row is None, issue.row or 0, issue.ref))


def cycles(form: Form) -> list[Issue]:
    """The circles among the form's rules: rules that wait for one another can never be worked out."""
    issues = []
    places = {ref: place for place, ref in enumerate(form.binds)}
    for circle in graph(form).circles:
        first = min(range(len(circle)), key=lambda i: places.get(circle[i].ref, 0))
        told = (*circle[first:], *circle[: first + 1])
        names = " → ".join(f"{_RULES[rule.writes]} of {_name(rule.ref)}" for rule in told)
        bind = form.binds.get(told[0].ref)
        cause = f"These rules read each other in a circle: {names}."
        issues.append(
            Issue(bind.row if bind else None, told[0].ref, cause, "Let one of them read something else.")
        )
    return issues


def _empty(form: Form) -> Iterator[Issue]:
    if not any(question.kind is not Kind.NOTE for question in form.questions()):
        yield Issue(None, "", "The form asks nothing.", "Write at least one question.")


# -- paths ----------------------------------------------------------------------------------------------------------


def _lost_paths(form: Form) -> Iterator[Issue]:
    known = dict.fromkeys(paths(form))
    for ref, bind in form.binds.items():
        if ref not in known:
            yield Issue(bind.row, ref, "The rules are for a node that is not there.", "Correct the name.")
    for ref, row, expression in _expressions(form):
        for read in sorted(expression.dependencies(ref)):
            if read.startswith("instance("):
                key = read.removeprefix("instance(").partition(")")[0]
                if key not in form.instances:
                    yield Issue(
                        row,
                        ref,
                        f"“{expression.text}” reads the list “{key}”, which is not there.",
                        _ADD_LIST,
                    )
            elif "@" not in read and "text()" not in read and not matching(read, known) and read.strip("/"):
                yield Issue(
                    row, ref, f"“{expression.text}” reads {read}, which is not there.", "Correct the name."
                )


_ADD_LIST = "Add it to the choices sheet."


def _expressions(form: Form) -> Iterator[tuple[Ref, int | None, Expression]]:
    """Every expression of a form with the path it is worked out at."""
    for bind in form.binds.values():
        for rule in (bind.relevant, bind.required, bind.readonly, bind.constraint, bind.calculate):
            if rule is not None:
                yield bind.ref, bind.row, rule
    for repeat in repeats(form.body):
        if repeat.count is not None:
            yield repeat.ref, repeat.row, repeat.count
    for question in form.questions():
        if question.itemset is not None and question.itemset.nodes is not None:
            yield question.ref, question.row, question.itemset.nodes
    for action in form.actions:
        if isinstance(action.value, Expression):
            yield action.ref, _row(form, action), action.value
    for ref, row, _, text in _texts(form):
        for pieces in text.by_language.values():
            yield from ((ref, row, piece) for piece in pieces if not isinstance(piece, str))


def _row(form: Form, action: Action) -> int | None:
    bind = form.binds.get(action.ref)
    return bind.row if bind is not None else None


# -- chat hints -----------------------------------------------------------------------------------------------------


def _hints(form: Form) -> Iterator[Issue]:
    by_name: dict[str, Question] = {}
    for question in form.questions():
        by_name.setdefault(question.name, question)
    for part in _parts(form.body):
        known = QUESTION_HINTS if isinstance(part, Question) else frozenset()
        for hint in sorted(set(part.chat) - known):
            yield Issue(part.row, part.ref, f"The chat hint “{hint}” is not known here.", _known(known))
        if isinstance(part, Question):
            yield from _hint_values(part, by_name)
    for bind in form.binds.values():
        for hint in sorted(set(bind.chat) - BIND_HINTS):
            yield Issue(bind.row, bind.ref, f"The chat hint “{hint}” is not known here.", _known(BIND_HINTS))
    yield from _meanings(form.binds.values())


def _known(hints: Iterable[str]) -> str:
    return f"Use one of: {', '.join(sorted(hints))}." if hints else "Take it away."


def _hint_values(question: Question, by_name: dict[str, Question]) -> Iterator[Issue]:
    for hint, value in question.chat.items():
        cause = remedy = ""
        match hint:
            case "voice" | "photo":
                companion = by_name.get(value)
                if companion is None or companion.kind is not COMPANIONS[hint]:
                    cause = f"“{value}” is no {COMPANIONS[hint]} question of this form."
                    remedy = f"Name an {COMPANIONS[hint]} question."
                elif question.kind is not Kind.TEXT:
                    cause, remedy = f"Only a text can be answered by {hint}.", "Move it to a text question."
            case "suggest" | "place":
                choices = question.itemset.choices.values() if question.itemset is not None else ()
                if not any(value in choice.extra for choice in choices):
                    cause = f"The choices have no column “{value}”."
                    remedy = "Name a column of the choices sheet."
            case "end" | "summary":
                wanted = "decline" if hint == "end" else "yes"
                if question.kind is not Kind.NOTE or value != wanted:
                    cause, remedy = f"“{hint}” cannot be “{value}” here.", f"Write {wanted}, on a note."
        if cause:
            yield Issue(question.row, question.ref, cause, remedy)


def _meanings(binds: Iterable[Bind]) -> Iterator[Issue]:
    seen: dict[tuple[str, str], Ref] = {}
    for bind in binds:
        for hint in BIND_HINTS & set(bind.chat):
            first = seen.setdefault((hint, bind.chat[hint]), bind.ref)
            if first != bind.ref:
                cause = f"{_name(first)} already says “{hint}” is “{bind.chat[hint]}”."
                yield Issue(bind.row, bind.ref, cause, "Say it of one question only.")


# -- kinds ----------------------------------------------------------------------------------------------------------


def _unaskable(form: Form) -> Iterator[Issue]:
    companions = {
        question.chat[hint] for question in form.questions() for hint in COMPANIONS if hint in question.chat
    }
    for part in _parts(form.body):
        if isinstance(part, Repeat) and not part.parts:
            yield Issue(part.row, part.ref, "Nothing is asked in this repeat.", "Write a question in it.")
        if not isinstance(part, Question):
            continue
        for word in sorted(part.appearance):
            if word.startswith(_ELSEWHERE):
                cause = f"A chat cannot show the appearance “{word}”."
                yield Issue(part.row, part.ref, cause, "Take it away.", advice=not word.startswith("ex:"))
        if not part.label and not part.hint and not part.media and part.name not in companions:
            yield Issue(part.row, part.ref, "The question says nothing.", "Write a label.")
        if part.itemset is not None and part.itemset.nodes is None and not part.itemset.choices:
            yield Issue(part.row, part.ref, "There is nothing to choose from.", _ADD_LIST)
        if part.kind is Kind.RANGE and not _is_range(part):
            yield Issue(
                part.row, part.ref, "The range has no start, end and step.", "Write start=0 end=10 step=1."
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
                    cause = f"The question belongs to the repeat {_name(repeat)} and is asked outside of it."
                    yield Issue(part.row, part.ref, cause, "Move it into the repeat.")
            else:
                yield from search(part.parts, (*inside, part.ref) if isinstance(part, Repeat) else inside)

    outer = [repeat.ref for repeat in repeats(form.body)]
    return search(form.body, ())


def _preloads(form: Form) -> Iterator[Issue]:
    for bind in form.binds.values():
        if bind.preload and bind.preload not in PRELOADS:
            what = bind.preload.rpartition(" ")[2]
            cause = f"“{what}” tells who the person is, without asking."
            yield Issue(bind.row, bind.ref, cause, "Remove the row.")
        elif _name(bind.ref) == "audit" and "/meta/" in bind.ref:
            yield Issue(bind.row, bind.ref, "An audit records the person unasked.", "Remove the row.")


# -- words ----------------------------------------------------------------------------------------------------------


def _languages(form: Form) -> Iterator[Issue]:
    for ref, row, what, text in _texts(form):
        missing = [code for code in form.languages if text and not text.by_language.get(code)]
        if missing:
            cause = f"The {what} is missing in {', '.join(missing)}."
            grave = form.default_language in missing
            yield Issue(row, ref, cause, "Translate it.", advice=not grave)


def _labels(form: Form) -> Iterator[Issue]:
    seen: set[tuple[Ref, str]] = set()
    for question in form.questions():
        for choice in question.itemset.choices.values() if question.itemset is not None else ():
            for code, pieces in choice.label.by_language.items():
                words = "".join(piece for piece in pieces if isinstance(piece, str))
                if len(words) > MAX_LABEL and (choice.name, words) not in seen:
                    seen.add((choice.name, words))
                    cause = f"The label of “{choice.name}” has {len(words)} characters in {code}."
                    remedy = f"Use at most {MAX_LABEL}, so that it fits on a button."
                    yield Issue(question.row, question.ref, cause, remedy, advice=True)


def _texts(form: Form) -> Iterator[tuple[Ref, int | None, str, Text]]:
    """Every text of a form, each choice once: ref, row, what it is, words."""
    told: set[int] = set()
    for part in _parts(form.body):
        yield part.ref, part.row, "label", part.label
        if not isinstance(part, Question):
            continue
        yield part.ref, part.row, "hint", part.hint
        yield part.ref, part.row, "guidance", part.guidance
        for choice in _choices(part):
            if id(choice) not in told:
                told.add(id(choice))
                yield part.ref, part.row, f"label of choice “{choice.name}”", choice.label
    for bind in form.binds.values():
        yield bind.ref, bind.row, "constraint message", bind.constraint_message
        yield bind.ref, bind.row, "required message", bind.required_message


def _choices(question: Question) -> Iterable[Choice]:
    itemset = question.itemset
    if itemset is None:
        return ()
    return itemset.by_node.values() if itemset.by_node else itemset.choices.values()


def _parts(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, Group | Repeat):
            yield from _parts(part.parts)


def _name(ref: Ref) -> str:
    return ref.rpartition("/")[2]
