"""A stranger's workbook is converted in a child process that has little memory and little time (assurance S10)."""

import base64
import json
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType

from dialogs.form import FormError, Issue

MEMORY = 512 * 1024 * 1024
SECONDS = 10
WRITTEN = 32 * 1024 * 1024
"""Bytes of a file: pyxform puts the form into a temporary one."""

Rows = Sequence[Mapping[str, str]]
NO_LISTS: Mapping[str, Rows] = MappingProxyType({})


def read_workbook(
    data: bytes, *, name: str, kind: str, lists: Mapping[str, Rows] = NO_LISTS
) -> tuple[str, dict[str, int]]:
    """As `dialogs.reading.xlsform.read_workbook`, in a child with MEMORY bytes and SECONDS of time.

    Blocks for half a second and more: call it in a thread. The child has no environment and opens no connection.
    Raises FormError, also where the child was stopped.
    """
    order = {"data": base64.b64encode(data).decode(), "name": name, "kind": kind, "lists": dict(lists)}
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-X", "utf8", "-m", "dialogs.reading.guarded"],
            input=json.dumps(order, default=dict).encode(),
            capture_output=True,
            timeout=2 * SECONDS,
            env={},
            check=True,
        )
        told = json.loads(child.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        cause = "The workbook takes more time or memory than a form needs."
        raise FormError(Issue(None, "", cause, "Make it smaller, or save it anew.")) from error
    if "issues" in told:
        raise FormError(*(Issue(**issue) for issue in told["issues"]))
    return told["xml"], told["rows"]


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
        told: object = {"xml": xml, "rows": rows}
    except FormError as error:
        told = {"issues": [asdict(issue) for issue in error.issues]}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
