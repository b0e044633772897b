"""A stranger's form is converted in a child process that has little memory and little time (assurance S10)."""

import base64
import json
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dialogs.form import FormError, Issue
from dialogs.reading.attachments import NO_FILES, inlined, sources
from dialogs.reading.unpacked import refuse_bombs, refuse_large
from dialogs.told import Told, told

MEMORY = 512 * 1024 * 1024
SECONDS = 10
WALL = 2 * SECONDS
"""Seconds by the clock on the wall, however busy the machine."""
WRITTEN = 32 * 1024 * 1024
"""Bytes of a file: pyxform puts the form into a temporary one."""

_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from dialogs.reading.guarded import main; main()"
"""The child reads with this very code, wherever it lies."""

PACKED = frozenset({".xlsx", ".xlsm"})

Rows = Sequence[Mapping[str, str]]
NO_LISTS: Mapping[str, Rows] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Converted:
    """An XForm with its lists inside, the rows as `dialogs.reading.xlsform.read_workbook` tells them, and which files
    it took lists from.
    """

    xml: str
    rows: Mapping[str, int]
    lists: frozenset[str] = frozenset()


def read_workbook(
    data: bytes,
    *,
    name: str,
    kind: str,
    lists: Mapping[str, Rows] = NO_LISTS,
    files: Mapping[str, bytes] = NO_FILES,
) -> Converted:
    """As `dialogs.reading.xlsform.read_workbook`, in a child with MEMORY bytes and SECONDS of time; also an XForm
    (`kind` ".xml"). `files` are the lists beside it (csv, xml, geojson), by name: they are put inside.

    What would unpack to too much is refused before there is a child. Blocks for half a second and more: call it in a
    thread. The child has no environment and opens no connection. Raises FormError, also where the child was stopped.
    """
    answer = _child(
        data,
        kind,
        {
            "name": name,
            "lists": dict(lists),
            "files": {each: _packed(content) for each, content in files.items()},
        },
    )
    return Converted(answer["xml"], answer["rows"], frozenset(answer["read"]))


def read_sheets(data: bytes, *, kind: str) -> dict[str, list[list[str]]]:
    """As `dialogs.reading.sheets.read_sheets`, in a child like that of `read_workbook`."""
    sheets: dict[str, list[list[str]]] = _child(data, kind, None)["sheets"]
    return sheets


def _child(data: bytes, kind: str, form: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a child made of the file: as a `form`, else as plain sheets. FormError."""
    refuse_large(data)
    if kind in PACKED:
        refuse_bombs(data)
    order = {"data": _packed(data), "kind": kind, "form": form}
    try:
        child = subprocess.run(  # noqa: S603  the command is ours, what is untrusted goes to standard input
            [sys.executable, "-I", "-X", "utf8", "-c", _CODE, str(Path(__file__).parents[2])],
            input=json.dumps(order, default=dict).encode(),
            capture_output=True,
            timeout=WALL,
            env={},
            check=True,
        )
        answer: dict[str, Any] = json.loads(child.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        cause = told("The workbook takes more time or memory than a form needs.")
        raise FormError(Issue(None, "", cause, told("Make it smaller, or save it anew."))) from error
    if "issues" in answer:
        raise FormError(*map(_from_plain, answer["issues"]))
    return answer


def main() -> None:
    """Read an order from standard input, do it within the limits, and write what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    order = json.load(sys.stdin)
    sent = {"data": base64.b64decode(order["data"]), "kind": order["kind"]}
    try:
        answer: object = _convert(**order["form"], **sent) if order["form"] else _sheets(**sent)
    except FormError as error:
        answer = {"issues": [_to_plain(issue) for issue in error.issues]}
    json.dump(answer, sys.stdout)


def _sheets(data: bytes, kind: str) -> dict[str, Any]:
    from dialogs.reading import sheets  # only now, so that the limits hold for what it loads

    return {"sheets": sheets.read_sheets(data, kind)}


def _convert(
    data: bytes, name: str, kind: str, lists: Mapping[str, Rows], files: Mapping[str, str]
) -> dict[str, Any]:
    beside = {each: base64.b64decode(files[each]) for each in files}
    if kind == ".xml":
        xml, rows = data.decode("utf-8", "replace"), dict[str, int]()
    else:
        from dialogs.reading import xlsform  # only now, so that the limits hold for what it loads

        xml, rows = xlsform.read_workbook(data, name=name, kind=kind, lists=lists)
    read = sorted(sources(xml) & set(beside))
    return {"xml": inlined(xml, beside) if read else xml, "rows": rows, "read": read}


def _packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _to_plain(issue: Issue) -> dict[str, Any]:
    return asdict(issue) | {"cause": issue.cause.plain(), "remedy": issue.remedy.plain()}


def _from_plain(plain: dict[str, Any]) -> Issue:
    words = {name: Told.from_plain(plain[name]) for name in ("cause", "remedy")}
    return Issue(**plain | words)


if __name__ == "__main__":
    main()
