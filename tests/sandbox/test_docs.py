import re
import textwrap
from pathlib import Path
from typing import Any

from sandbox import Fault
from sandbox.steering import DEEDS

PAGE = Path(__file__).parents[2] / "docs" / "sandbox.md"


async def test_the_example_in_the_docs_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(f"async def example():\n{textwrap.indent(example, '    ')}", names)
    await names["example"]()


def test_the_docs_name_every_deed_and_every_fault() -> None:
    words = PAGE.read_text(encoding="utf-8")
    faults = {name for name, value in vars(Fault).items() if isinstance(value, classmethod)}
    assert {name for name in DEEDS | faults if name not in words} == set()
