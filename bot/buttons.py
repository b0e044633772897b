"""Actions: what a button carries. "verb:argument:…", ASCII, short enough to be signed into 64 bytes (S23)."""

from datetime import datetime, timedelta

from dialogs import event

PLACE = "p"
"""The action of "Near me": not yet an answer, so no event of the dialog."""

LONGEST = 48
"""Bytes an action may have: 64 (Bot API callback_data) less the signature and its mark."""


AT_ONCE = timedelta(hours=1)
"""How long a button that takes away what nobody can bring back does so at once; later it asks once more (S23)."""


class UnknownAction(ValueError):
    """Not an action of ours."""


def dialog(tag: str, happened: event.Event) -> str:
    """The action of a dialog's button: `s:<session tag>:<turn>:<what>`; ValueError for events no button causes."""
    match happened:
        case event.Chose(turn, field, choice, None):
            what = f"{turn}:c:{field}:{choice}"
        case event.Chose(turn, field, choice, on):
            what = f"{turn}:t:{field}:{choice}:{int(bool(on))}"
        case event.Paged(turn, field, page):
            what = f"{turn}:p:{field}:{page}"
        case event.Confirmed(turn):
            what = f"{turn}:ok"
        case event.Cleared(turn):
            what = f"{turn}:clear"
        case event.Skipped(turn):
            what = f"{turn}:skip"
        case event.WentBack(turn):
            what = f"{turn}:back"
        case event.Wondered(turn):
            what = f"{turn}:more"
        case event.Reopened(turn, asked):
            what = f"{turn}:edit:{asked}"
        case event.Added(turn):
            what = f"{turn}:add"
        case event.Entered(turn, entry):
            what = f"{turn}:open:{entry}"
        case event.Removed(turn, entry, sure):
            what = f"{turn}:gone:{entry}:{int(sure)}"
        case event.Stopped():
            what = "0:stop"
        case event.Resumed():
            what = "0:resume"
        case _:
            raise UnknownAction(f"no button causes {happened!r}")
    return f"s:{tag}:{what}"


def stamped(action: str, now: datetime) -> str:
    """An action that says when its button was offered: `…:<Unix seconds, 8 hex digits>`."""
    return f"{action}:{int(now.timestamp()):08x}"


def is_recent(stamp: str, now: datetime) -> bool:
    """Whether a button with this stamp was offered an hour ago at most; False for what is no stamp."""
    try:
        age = timedelta(seconds=now.timestamp() - int(stamp, 16))
    except (OverflowError, ValueError):
        return False
    return abs(age) < AT_ONCE  # a clock that was set back makes it ask once more


def read_dialog(action: str) -> tuple[str, event.Event]:
    """The session tag and the event of a dialog's action; UnknownAction for anything else."""
    try:
        mark, tag, turn_text, what, *rest = action.split(":")
        turn = int(turn_text)
        numbers = [int(part) for part in rest]
    except ValueError:
        raise UnknownAction(action) from None
    if mark != "s":
        raise UnknownAction(action)
    match what, numbers:
        case "c", [field, choice]:
            return tag, event.Chose(turn, field, choice)
        case "t", [field, choice, on]:
            return tag, event.Chose(turn, field, choice, on == 1)
        case "p", [field, page]:
            return tag, event.Paged(turn, field, page)
        case "ok", []:
            return tag, event.Confirmed(turn)
        case "clear", []:
            return tag, event.Cleared(turn)
        case "skip", []:
            return tag, event.Skipped(turn)
        case "back", []:
            return tag, event.WentBack(turn)
        case "more", []:
            return tag, event.Wondered(turn)
        case "edit", [asked]:
            return tag, event.Reopened(turn, asked)
        case "add", []:
            return tag, event.Added(turn)
        case "open", [entry]:
            return tag, event.Entered(turn, entry)
        case "gone", [entry, sure]:
            return tag, event.Removed(turn, entry, sure == 1)
        case "stop", []:
            return tag, event.Stopped()
        case "resume", []:
            return tag, event.Resumed()
        case _:
            raise UnknownAction(action)
