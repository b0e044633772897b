"""Where the calls of two runs differ, in what matters to people. Pure: lines of recordings in, differences out."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.hypertext import to_html
from sandbox.parameters import Upload
from sandbox.refusal import Json, Refusal
from sandbox.rules import formatted

POLL = "getUpdates"
"""Polls come as time goes and are not compared."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One call that was left out (`now` None), is new (`was` None) or says something else. Both are recorded lines."""

    was: Json | None
    now: Json | None

    def __str__(self) -> str:
        if self.was is None or self.now is None:
            return f"missing: {_told(self.was)}" if self.was else f"new: {_told(self.now or {})}"
        before, after = matter(self.was), matter(self.now)
        names = [name for name in before | after if before.get(name) != after.get(name)]
        changes = [f"{name} was {_short(before.get(name))}, is {_short(after.get(name))}" for name in names]
        return f"different: {_named(self.was)}: {'; '.join(changes)}"


def _named(line: Json) -> str:
    chat = line["parameters"].get("chat_id")
    return f"call {line['seq']}, {line['method']}{f' to {chat}' if chat else ''}"


def _told(line: Json) -> str:
    return f"{_named(line)}: {_short(matter(line))}"


def _short(value: object) -> str:
    words = json.dumps(value, ensure_ascii=False, default=str)
    return words if len(words) <= 300 else f"{words[:300]}…"


def matter(line: Json) -> Json:
    """The parameters of a call that people can tell apart.

    Words are compared as the HTML of what is shown, whatever way they were marked; files by name and size; the data of
    callback buttons and the ids of taps are the bot's own business; what is false or empty is as if it were not there.
    """
    given: Json = dict(line["parameters"])
    given.pop("callback_query_id", None)
    for words, marks in (("text", "entities"), ("caption", "caption_entities")):
        if isinstance(given.get(words), str):
            given[words] = _shown(given[words], given.get("parse_mode"), given.pop(marks, None))
    given.pop("parse_mode", None)
    attached = {name: value for name, value in given.items() if _is_file(value)}
    mentioned = json.dumps(given)
    given = {name: value for name, value in given.items() if f'"attach://{name}"' not in mentioned}
    return {name: kept for name, value in given.items() if (kept := _kept(value, attached)) not in _NOTHING}


_NOTHING: tuple[object, ...] = (None, False, "", [], {})


def _shown(text: str, parse_mode: object, entities: object) -> str:
    try:
        return to_html(*formatted(text, parse_mode, entities))
    except Refusal:
        return text


def _is_file(value: object) -> bool:
    return isinstance(value, Upload) or (isinstance(value, dict) and value.keys() == {"file", "size"})


def _kept(value: Any, attached: Json) -> Any:
    match value:
        case {"text": _, "callback_data": _}:
            return {name: _kept(each, attached) for name, each in value.items() if name != "callback_data"}
        case dict():
            return {name: _kept(each, attached) for name, each in value.items()}
        case list():
            return [_kept(each, attached) for each in value]
        case str() if value.startswith("attach://"):
            return attached.get(value.removeprefix("attach://"), value)
    return value


def _lane(line: Json) -> str:
    """Calls of one lane come in order: those to one chat, the answers to one person's taps."""
    given: Json = line["parameters"]
    if tap := given.get("callback_query_id"):
        return f"taps of {int(tap) >> 32 if str(tap).isdecimal() else tap}"
    return str(given.get("chat_id", ""))


def _lanes(lines: list[Json]) -> dict[str, list[Json]]:
    result: dict[str, list[Json]] = {}
    for line in lines:
        if line["method"] != POLL:
            result.setdefault(_lane(line), []).append(line)
    if "" in result:
        result[""].sort(key=_key)
    return result


def _key(line: Json) -> str:
    return json.dumps([line["method"], matter(line)], sort_keys=True, default=str)


def differences(was: list[Json], now: list[Json]) -> list[Difference]:
    """Compare two runs' calls chat by chat, in order; calls that name no chat may come in any order."""
    before, after = _lanes(was), _lanes(now)
    found = [each for lane in before | after for each in _of_lane(before.get(lane, []), after.get(lane, []))]
    return sorted(found, key=lambda each: (each.was or each.now or {})["seq"])


def _of_lane(was: list[Json], now: list[Json]) -> Iterator[Difference]:
    matcher = difflib.SequenceMatcher(None, [*map(_key, was)], [*map(_key, now)], autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            yield from _of_stretch(was[i:j], now[k:m])


def _of_stretch(was: list[Json], now: list[Json]) -> Iterator[Difference]:
    left = list(now)
    for line in was:
        twin = next((each for each in left if each["method"] == line["method"]), None)
        if twin is not None:
            left.remove(twin)
        yield Difference(line, twin)
    for line in left:
        yield Difference(None, line)
