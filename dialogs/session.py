"""One respondent's walk through one form version: what is kept between two events, and the table of its states."""

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a session stands."""

    OPEN = "open"
    STOPPED = "stopped"
    FINISHED = "finished"
    DECLINED = "declined"


MOVES: dict[State, dict[str, State]] = {
    State.OPEN: {"stop": State.STOPPED, "finish": State.FINISHED, "decline": State.DECLINED},
    State.STOPPED: {"resume": State.OPEN, "decline": State.DECLINED},
    State.FINISHED: {},
    State.DECLINED: {},
}


class WrongMove(Exception):
    """A session was asked for a move its state does not have; nothing moved."""


@dataclass(slots=True)
class Session:
    """Everything a session is. Plain values only: what is not here is computed from the form.

    `at` is the first ref of the open screen: a question, or the note where the summary stands; "" once it is over.
    `answers` is the instance's own plain form.
    `asked` maps the turn of each Ask to the refs it asked for, so that an old button finds its question.
    `picks` holds taps of the open screen that are not yet confirmed: ref → names. `pages`: ref → page shown, of a
    repeat the entry that is opened.
    `trail` lists the first refs of the screens walked through, so that Back knows the way.
    `found` holds what typing or a place brought up in a list: ref → names, best first.
    `skipped` lists what lies behind her without an answer: questions she skipped, notes that were said, the summary
    she sent. `unconfirmed` lists questions the form itself filled in (defaults) and nobody has answered yet.
    `poured` names the story that later words, voice notes and photos may still join.
    `editing`: the open screen was reopened to change an answer. `reminded`: silence was answered once.
    """

    form: str
    version: str
    language: str
    state: State = State.OPEN
    turn: int = 0
    at: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: dict[int, list[str]] = field(default_factory=dict)
    picks: dict[str, list[str]] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    trail: list[str] = field(default_factory=list)
    found: dict[str, list[str]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)
    poured: str = ""
    editing: bool = False
    reminded: bool = False

    def move(self, verb: str) -> None:
        """Change state by the table, or raise WrongMove."""
        try:
            self.state = MOVES[self.state][verb]
        except KeyError:
            raise WrongMove(f"a session that is {self.state} cannot {verb}") from None

    def without(self, repeat: str, number: int) -> None:
        """An entry of a repeat is gone: what was remembered of it goes too, that of later entries moves up."""

        def moved(ref: str) -> str:
            """The ref as it is now, "" where it is gone."""
            index, closed, rest = ref.removeprefix(f"{repeat}[").partition("]")
            if not (ref.startswith(f"{repeat}[") and closed) or int(index) < number:
                return ref
            return "" if int(index) == number else f"{repeat}[{int(index) - 1}]{rest}"

        self.asked = {turn: [new for ref in refs if (new := moved(ref))] for turn, refs in self.asked.items()}
        for name in ("picks", "pages", "found"):
            kept = {moved(ref): value for ref, value in getattr(self, name).items()}
            kept.pop("", None)
            setattr(self, name, kept)
        for name in ("trail", "skipped", "unconfirmed"):
            setattr(self, name, [new for ref in getattr(self, name) if (new := moved(ref))])
        self.poured = moved(self.poured)

    def copy(self) -> "Session":
        """A session of its own with the same values; what its containers hold is shared and never changed in place."""
        return Session(**{name: _copied(getattr(self, name)) for name in _NAMES})

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready values, still this session's own; `Session.from_plain` reads them back equal."""
        plain = {name: getattr(self, name) for name in _NAMES}
        plain["state"] = str(self.state)
        plain["asked"] = {str(turn): refs for turn, refs in self.asked.items()}
        return plain

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Session":
        """Read what `to_plain` wrote; unknown keys are an error, missing ones take their default."""
        values = dict(plain)
        values["state"] = State(values["state"])
        values["asked"] = {int(turn): refs for turn, refs in values.get("asked", {}).items()}
        return cls(**values)


_NAMES = tuple(each.name for each in fields(Session))


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, (dict, list)) else value
