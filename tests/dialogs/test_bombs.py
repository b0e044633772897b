"""S10: a stranger's workbook costs little memory and little time, whatever it is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dialogs.reading import guarded
from tests.dialogs.bombs import BOMBS, workbook

ROOT = Path(__file__).resolve().parents[2]


MEASURED = """
import json, resource, sys, time
from dialogs.form import FormError
from dialogs.reading import guarded
from tests.dialogs.bombs import BOMBS

kind, make, _ = BOMBS[sys.argv[1]]
data, began, cause = make(), time.monotonic(), ""
try:
    guarded.read_workbook(data, name="data", kind=kind)
except FormError as error:
    cause = error.issues[0].cause
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(json.dumps([cause, time.monotonic() - began, memory]))
"""
"""In a process of its own: the memory of the children of this one would count its browsers and databases."""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_its_limits(name: str) -> None:
    """S10."""
    told = subprocess.run(
        [sys.executable, "-c", MEASURED, name], cwd=ROOT, capture_output=True, check=True, text=True
    )
    cause, seconds, memory = json.loads(told.stdout)
    _, _, why = BOMBS[name]
    assert why in cause or "more time or memory" in cause  # which limit comes first depends on the machine
    assert seconds < guarded.WALL + 5
    assert memory < guarded.MEMORY


def test_a_forged_dimension_costs_nothing() -> None:
    """S10."""
    rows = b'<row r="2"><c r="A2" t="inlineStr"><is><t>text</t></is></c><c r="B2" t="inlineStr"><is><t>a</t></is></c>'
    rows += b'<c r="C2" t="inlineStr"><is><t>A</t></is></c></row>'
    data = workbook(rows, dimension=b'<dimension ref="A1:XFD1048576"/>')
    assert "/data/a" in guarded.read_workbook(data, name="data", kind=".xlsx").rows
