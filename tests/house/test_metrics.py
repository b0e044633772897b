"""Every metric is explained to the operator who reads it."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics, Waiting
from bot.outbox import Kind
from bot.ports import Backlog
from tests.stores import NOW

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operators.md"


def test_the_page_for_operators_explains_every_metric_and_no_other() -> None:
    waiting = Waiting(Backlog(), 0, dict.fromkeys(Kind, Backlog()), Backlog(), 0)
    text = Metrics("sqlite").text(waiting, NOW).decode()
    told = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in text_string_to_metric_families(text)
        if family.name.startswith("voices_")
    }
    rows = re.findall(r"^\| `(voices_\w+)(?:\{[\w,]+\})?` \|", PAGE.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(told)
