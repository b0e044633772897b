"""A stranger's workbook is converted in a child process that has little memory and little time (assurance S10)."""

import base64
import json
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dialogs.form import FormError, Issue
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


def read_workbook(
    data: bytes, *, name: str, kind: str, lists: Mapping[str, Rows] = NO_LISTS
) -> tuple[str, dict[str, int]]:
    """As `dialogs.reading.xlsform.read_workbook`, in a child with MEMORY bytes and SECONDS of time.

    What would unpack to too much is refused before there is a child. Blocks for half a second and more: call it in a
    thread. The child has no environment and opens no connection. Raises FormError, also where the child was stopped.
    """
    refuse_large(data)
    if kind in PACKED:
        refuse_bombs(data)
    order = {"data": base64.b64encode(data).decode(), "name": name, "kind": kind, "lists": dict(lists)}
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
    return answer["xml"], answer["rows"]


def main() -> None:
    """Read an order from standard input, convert within the limits, and write what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from dialogs.reading import xlsform  # only now, so that the limits hold for what it loads

    order = json.load(sys.stdin)
    data = base64.b64decode(order["data"])
    try:
        xml, rows = xlsform.read_workbook(data, name=order["name"], kind=order["kind"], lists=order["lists"])
        answer: object = {"xml": xml, "rows": rows}
    except FormError as error:
        answer = {"issues": [_to_plain(issue) for issue in error.issues]}
    json.dump(answer, sys.stdout)


def _to_plain(issue: Issue) -> dict[str, Any]:
    return asdict(issue) | {"cause": issue.cause.plain(), "remedy": issue.remedy.plain()}


def _from_plain(plain: dict[str, Any]) -> Issue:
    words = {name: Told.from_plain(plain[name]) for name in ("cause", "remedy")}
    return Issue(**plain | words)


if __name__ == "__main__":
    main()
