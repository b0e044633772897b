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

_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from dialogs.reading.guarded import main; main()"
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
    refuse_large(data)
    if kind in PACKED:
        refuse_bombs(data)
    order = {
        "data": _packed(data),
        "name": name,
        "kind": kind,
        "lists": dict(lists),
        "files": {each: _packed(content) for each, content in files.items()},
    }
    try:
        child = subprocess.run(  # noqa: S603  the command is ours, what is untrusted goes to standard input
            [sys.executable, "-I", "-X", "utf8", "-c", _CHILD, str(Path(__file__).parents[2])],
            input=json.dumps(order, default=dict).encode(),
            capture_output=True,
            timeout=WALL,
            env={},
            check=True,
        )
        answer = json.loads(child.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        cause = told("The workbook takes more time or memory than a form needs.")
        raise FormError(Issue(None, "", cause, told("Make it smaller, or save it anew."))) from error
    if "issues" in answer:
        raise FormError(*map(_from_plain, answer["issues"]))
    return Converted(answer["xml"], answer["rows"], frozenset(answer["read"]))


def main() -> None:
    """Read an order from standard input, convert within the limits, and write what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    order = json.load(sys.stdin)
    try:
        answer: object = _convert(**order)
    except FormError as error:
        answer = {"issues": [_to_plain(issue) for issue in error.issues]}
    json.dump(answer, sys.stdout)


def _convert(
    data: str, name: str, kind: str, lists: Mapping[str, Rows], files: Mapping[str, str]
) -> dict[str, Any]:
    content, beside = base64.b64decode(data), {each: base64.b64decode(files[each]) for each in files}
    if kind == ".xml":
        xml, rows = content.decode("utf-8", "replace"), dict[str, int]()
    else:
        from dialogs.reading import xlsform  # only now, so that the limits hold for what it loads

        xml, rows = xlsform.read_workbook(content, name=name, kind=kind, lists=lists)
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
