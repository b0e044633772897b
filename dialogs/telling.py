"""What words, voice notes, photos and places do: they answer the open question, or join what was told before."""

from collections.abc import Sequence

from dialogs import answer, dates
from dialogs.effect import Keep, Say
from dialogs.form import Kind, Ref
from dialogs.plan import Role, Seat, generic
from dialogs.tapping import Tapping
from dialogs.view import ACKNOWLEDGED, SLIPS

MOST_MEDIA = 20
"""Voice notes or photos one question keeps."""
SENTENCE = 40
"""Characters from which words are a sentence rather than the name of a choice."""
_SHOWN = frozenset({Kind.AUDIO, Kind.IMAGE, Kind.VIDEO, Kind.FILE})
_TAKES = {Kind.AUDIO: "audio", Kind.IMAGE: "image", Kind.VIDEO: "video"}


class Telling(Tapping):
    """A moment that understands what is told."""

    def said(self, words: str, meaning: str | None) -> None:
        """Words, by what is open; `meaning`: what they say as a command (event.Said)."""
        seat = self.plan.seat(self.session.at)
        words = answer.canonical(words).strip()
        if len(words) > answer.MAX_TEXT:
            self.refuse("too_long")
        elif not words:
            self.refuse("needs_words")
        elif seat.role is Role.SUMMARY:
            self.said_to_summary(words, meaning)
        elif seat.role is Role.ENTRIES:
            self.said_to_entries(words, meaning)
        elif seat.role is Role.TAP:
            self.said_to_choices(words, meaning)
        elif seat.story:
            self.give({self.session.at: words})
        elif meaning in ("back", "skip", "stop") and meaning in self.moves():
            self.move(meaning)
        else:
            self.said_to_question(seat, words)

    def said_to_question(self, seat: Seat, words: str) -> None:
        """Words for a question that is answered in words; what is no answer may join the story."""
        kind = seat.question.kind
        read = answer.read(
            kind,
            words,
            today=self.now.date(),
            language=self.session.language,
            appearance=seat.question.appearance,
        )
        match read:
            case answer.Fit(value):
                self.give({self.session.at: seat.coarse(value)})
            case answer.Misfit() if seat.dated and self.said_to_part(words):
                pass
            case answer.Misfit(reason):
                if not ((kind in _SHOWN or _is_sentence(words)) and self.join_words(words)):
                    self.refuse(reason)

    def said_to_part(self, words: str) -> bool:
        """The number or month on a button of the open part of a date; False where it is none."""
        for each in self.view.parts(self.session.at):
            month = dates.month_named(words) if each.kind == "month" else None
            said = [month] if month else answer.numerals(words)
            if each.kind != "near" and len(said) == 1:
                return self.tap_part(each.number, said[0])
        return False

    def said_to_summary(self, words: str, meaning: str | None) -> None:
        """A move, or the number of a line to change."""
        lines = self.view.summary()
        if meaning in self.moves():
            self.move(meaning)
        elif meaning == "yes":
            self.move("send")
        elif 0 < (number := _number(words)) <= len(lines):
            self.reopen(lines[number - 1].asked)
        elif not self.join_words(words):
            self.refuse("not_a_choice")

    def said_to_entries(self, words: str, meaning: str | None) -> None:
        """Whether there is another entry, or the number of one to look at."""
        move = {"yes": "add", "more": "add", "no": "done", "send": "done", "skip": "done"}.get(
            meaning or "", meaning
        )
        if move in self.moves():
            self.move(move)
        elif 0 < (number := _number(words)) <= len(self.instance.entries(self.session.at)):
            self.enter(number)
        elif not self.join_words(words):
            self.refuse("not_a_choice")

    def said_to_choices(self, words: str, meaning: str | None) -> None:
        """Words in place of a tap: a name or label, a word that means a choice or a move, a number, part of a label."""
        shown, refs = self.shown, self.asked_now()
        agreed = shown.named(ACKNOWLEDGED, refs) if meaning in ("yes", "done", "send") else []
        if taps := shown.named(words, refs) or (shown.named(meaning, refs) if meaning else []):
            self.tap_all(taps)
        elif meaning in self.moves():
            self.move(meaning)
        elif taps := shown.numbered(words, refs) or shown.listed(words, refs) or agreed:
            self.tap_all(taps)
        else:
            self.tap_like(words)

    def tap_like(self, words: str) -> None:
        """Take the one choice the words may mean, offer several; but what says more than a label joins the story."""
        ref, near = self.shown.like(words, self.asked_now())
        longest = max((len(self.shown.instance.words(choice.label, ref)) for choice in near), default=0)
        if len(words) > longest + SLIPS and self.join_words(words):
            return
        if not near:
            self.refuse("not_a_choice")
        elif len(near) == 1:
            self.tap_all([(ref, near[0].name)])
        else:
            self.bring_up(ref, [choice.name for choice in near])

    def tap_all(self, taps: Sequence[tuple[Ref, str]]) -> None:
        """The choices that words named: ticked, shown once, even where they were ticked before."""
        shown = len(self.effects)
        for ref, name in taps:
            del self.effects[shown:]
            self.tap(ref, name, on=True)

    # -- voice notes, photos, places -------------------------------------------------------------------------------

    def sent(self, kind: str, media: str, caption: str) -> None:
        """A voice note or photo answers the open question where it takes one, else it joins what was told before."""
        at = self.session.at
        seat = self.plan.seat(at)
        target = self.takes(at, kind)
        if target is not None:
            values = {target: media}
            if seat.story and caption and not self.instance.value(at):
                values[at] = answer.canonical(caption).strip()
            if self.give({at: self.instance.value(at), **values}) and caption and at not in values:
                self.join_words(answer.canonical(caption).strip(), aloud=False)
        elif not self.join_media(kind, media, caption):
            self.refuse("needs_words")

    def takes(self, ref: Ref, kind: str) -> Ref | None:
        """The question that takes media of this kind when this one is open: itself, its companion, or none."""
        own = self.plan.seat(ref).question.kind
        if own is Kind.FILE or _TAKES.get(own) == kind:
            return ref
        return self.plan.companions(ref).get(kind)

    def located(self, latitude: float, longitude: float) -> None:
        """A place answers where one is asked, or brings up the choices near it."""
        session = self.session
        seat = self.plan.seat(session.at)
        if seat.question.kind is Kind.GEOPOINT:
            self.give({session.at: seat.coarse(answer.place(latitude, longitude))})
            return
        for ref in self.asked_now():
            if "place" in self.plan.seat(ref).question.chat:
                self.bring_up(ref, self.shown.nearest(ref, latitude, longitude))
                return
        self.refuse("not_a_choice" if seat.role in (Role.TAP, Role.SUMMARY) else "needs_words")

    # -- joining the story -----------------------------------------------------------------------------------------

    def join_words(self, words: str, *, aloud: bool = True) -> bool:
        """Add words to the story told before; False where there is none."""
        ref = self.session.poured
        if not words or not self.view.relevant(ref):
            return False
        before = self.instance.value(ref)
        self.add(ref, f"{before}\n{words}" if before else words, aloud=aloud)
        return True

    def join_media(self, kind: str, media: str, caption: str) -> bool:
        """Add a voice note or photo to the story, or to what was just answered with one; False where none takes it."""
        session = self.session
        for ref in (session.poured, *session.trail[-1:]):
            target = self.takes(ref, kind) if self.view.relevant(ref) else None
            if target is None or (target == ref and not self.instance.value(ref)):
                continue
            kept = self.instance.value(target).split()
            if media in kept:
                return True
            if len(kept) >= MOST_MEDIA:
                self.refuse("too_many")
                return True
            self.add(target, " ".join((*kept, media)), aloud=True)
            if caption:
                self.join_words(answer.canonical(caption).strip(), aloud=False)
            return True
        return False

    def add(self, ref: Ref, value: str, *, aloud: bool) -> None:
        """Let an answer grow, and say so where it is to be said `aloud`."""
        if self.rewrite(ref, value) and aloud:
            self.effects.append(Say("added"))
            self.refresh()

    def rewrite(self, ref: Ref, value: str) -> bool:
        """Give an answer another value without moving; False, and a refusal, where it does not fit."""
        if len(value) > answer.MAX_TEXT:
            self.refuse("too_long")
            return False
        before = self.instance.value(ref)
        self.instance.set(ref, value)
        if not self.instance.valid(ref):
            self.instance.set(ref, before)
            self.refuse_for(ref, "not_valid")
            return False
        self.save({ref})
        self.effects.append(Keep(ref, self.instance.kept(ref)))
        return True

    # -- messages edited on the phone ------------------------------------------------------------------------------

    def amend(self, old: str, new: str) -> None:
        """A message was edited on the phone: the answer it became is changed with it (R8)."""
        old, new = answer.canonical(old).strip(), answer.canonical(new).strip()
        ref = self.amended(old) if old and new and old != new else None
        if ref is None:
            return
        lines = f"\n{self.instance.value(ref)}\n"
        if self.rewrite(ref, lines.replace(f"\n{old}\n", f"\n{new}\n", 1)[1:-1]):
            self.effects.append(Say("changed"))
            self.refresh()

    def amended(self, old: str) -> Ref | None:
        """The text answer that is these words; else one that they joined (as lines of their own)."""
        texts = {
            ref: value
            for ref, value in self.instance.answers().items()
            if generic(ref) in self.plan.seats and self.plan.seat(ref).question.kind is Kind.TEXT
        }
        return next(
            (ref for ref, value in texts.items() if value == old),
            next((ref for ref, value in texts.items() if f"\n{old}\n" in f"\n{value}\n"), None),
        )


def _number(words: str) -> int:
    """The one number said, in any script's digits; 0 where something else is."""
    numbers = answer.numerals(words)
    return numbers[0] if len(numbers) == 1 else 0


def _is_sentence(words: str) -> bool:
    """Whether words are more than a choice's name would be: then they rather belong to the story."""
    return len(words) > SENTENCE or len(words.split()) > SENTENCE // 8
