"""S10: a stranger's workbook costs little memory and little time, whatever it is."""

import resource
import time
from collections.abc import Callable

import pytest

from dialogs.form import FormError
from dialogs.reading import guarded
from tests.dialogs.bombs import BOMBS, workbook


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_its_limits(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    """S10."""
    kind, make, why = BOMBS[name]
    data = make()
    began = time.monotonic()
    with pytest.raises(FormError) as caught:
        guarded.read_workbook(data, name="data", kind=kind)
    seconds = time.monotonic() - began
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    record_property("seconds", round(seconds, 2))
    record_property("children's memory so far, MB", memory >> 20)
    cause = caught.value.issues[0].cause
    assert why in cause or "more time or memory" in cause  # which limit comes first depends on the machine
    assert seconds < guarded.WALL + 5
    assert memory < guarded.MEMORY


def test_a_forged_dimension_costs_nothing() -> None:
    """S10."""
    rows = b'<row r="2"><c r="A2" t="inlineStr"><is><t>text</t></is></c><c r="B2" t="inlineStr"><is><t>a</t></is></c>'
    rows += b'<c r="C2" t="inlineStr"><is><t>A</t></is></c></row>'
    data = workbook(rows, dimension=b'<dimension ref="A1:XFD1048576"/>')
    assert "/data/a" in guarded.read_workbook(data, name="data", kind=".xlsx")[1]
