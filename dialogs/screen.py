"""What is asked at once, and which words come before it: every screen of the walk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from dialogs.form import Kind, Media, Question, Ref, Repeat, Text
from dialogs.instance import Instance, Step
from dialogs.plan import Plan, Role, Seat, placed


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words on a screen that are no answer: "heading", "note", "label" or "hint"; and what is shown with them."""

    kind: str
    ref: Ref
    text: Text
    media: Media = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Screen:
    """Questions that are asked at once, with the words around them; a DECLINE, SUMMARY or LAST screen asks none.

    An ENTRIES screen has the ref of its repeat.
    """

    role: Role
    refs: tuple[Ref, ...]
    paragraphs: tuple[Paragraph, ...]


_OUTSIDE = Step("", Question("", Kind.NOTE))


def screens(plan: Plan, instance: Instance) -> Iterator[Screen]:
    """Every screen of the walk as the answers are now, in form order, LAST at its end."""
    steps = [(step.ref, step.part, step) for step in instance.walk()]
    entered: set[Ref] = set()
    around = _OUTSIDE
    together: set[Ref] = set()
    before: list[Paragraph] = []
    for position, (ref, question, step) in enumerate(steps):
        if ref in together:
            continue
        if isinstance(question, Repeat):
            around = _OUTSIDE
            beside = next(iter(instance.entries(ref)), ref.rpartition("/")[0])
            yield Screen(
                Role.ENTRIES, (ref,), (*before, Paragraph("label", beside, question.label, question.media))
            )
            before = []
            continue
        seat = plan.seat(ref)
        if seat.role is Role.COMPANION:
            continue
        if step.groups is not around.groups or step.entries is not around.entries:
            around = step
            headings = [each for each in _headings(step) if each.ref not in entered]
            entered.update(each.ref for each in headings)
            before += headings
        if _is_note(seat, question):
            before += _labels("note", question, ref)
            continue
        refs = [ref]
        if seat.role in (Role.DECLINE, Role.SUMMARY):
            words = _labels("note", question, ref)
        elif seat.screen:
            refs, words = _field_list(plan, steps[position:], placed(seat.screen, ref))
            together.update(refs, (paragraph.ref for paragraph in words))
        else:
            words = _labels("label", question, ref)
        yield Screen(seat.role, tuple(refs), (*before, *words))
        before = []
    yield Screen(Role.LAST, (), tuple(before))


def _headings(step: Step) -> list[Paragraph]:
    """The labels of the groups and repeat entries around a question, the outermost first."""
    around = [(placed(group.ref, step.ref), group.label, group.media) for group in step.groups]
    around += [(entry, repeat.label, repeat.media) for repeat, entry in step.entries]
    return [
        Paragraph("heading", ref, label, media)
        for ref, label, media in sorted(around, key=itemgetter(0))
        if label or media
    ]


def _field_list(
    plan: Plan, steps: Sequence[tuple[Ref, Question | Repeat, Step]], screen: Ref
) -> tuple[list[Ref], list[Paragraph]]:
    """What is tapped on the screen of a field-list, and the words on it."""
    refs: list[Ref] = []
    words: list[Paragraph] = []
    for ref, question, _ in steps:
        if isinstance(question, Repeat) or not ref.startswith(f"{screen}/"):
            break
        seat = plan.seat(ref)
        if _is_note(seat, question):
            words += _labels("note", question, ref)
        elif seat.role is Role.TAP:
            refs.append(ref)
            words += _labels("label", question, ref)
    return refs, words


def _is_note(seat: Seat, question: Question) -> bool:
    """Whether the question is only said: a note, or one whose answer may only be read now."""
    return seat.role is Role.NOTE or (
        question.kind is Kind.NOTE and seat.role not in (Role.DECLINE, Role.SUMMARY)
    )


def _labels(kind: str, question: Question, ref: Ref) -> list[Paragraph]:
    hint = [Paragraph("hint", ref, question.hint)] if question.hint else []
    return [Paragraph(kind, ref, question.label, question.media), *hint]
