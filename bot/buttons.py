"""Actions: what a button carries. "verb:argument:…", ASCII, short enough to be signed into 64 bytes (S23)."""

from dialogs import event

PLACE = "p"
"""The action of "Near me": not yet an answer, so no event of the dialog."""

LONGEST = 48
"""Bytes an action may have: 64 (Bot API callback_data) less the signature and its mark."""


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
