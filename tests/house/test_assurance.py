"""The page of what we promise, and the tests that prove it, agree."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "assurance.md"
ID = re.compile(r"\b[SR]\d{1,2}\b")
ROW = re.compile(r"^\| ([SR]\d{1,2}) \| (.+?) \| (.+) \|$", re.MULTILINE)
PROOF = re.compile(r"`([\w/]+)::(\w+)`")
LATER = "not yet"


@cache
def proofs() -> dict[str, set[str]]:
    """The ids each test of ours names in its docstring, by file and name."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in (ROOT / "tests").rglob("test_*.py"):
        place = path.relative_to(ROOT / "tests").with_suffix("").as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                found[f"{place}::{node.name}"].update(ID.findall(ast.get_docstring(node) or ""))
    return dict(found)


def rows() -> dict[str, tuple[str, str]]:
    """The rule and the proof of each id, as the page has them."""
    return {name: (rule, proof) for name, rule, proof in ROW.findall(PAGE.read_text())}


def test_every_id_has_one_row_in_order() -> None:
    ids = [name for name, _, _ in ROW.findall(PAGE.read_text())]
    assert ids == [f"S{number}" for number in range(1, 53)] + [f"R{number}" for number in range(1, 40)]


def test_every_proof_is_a_test_that_names_what_it_proves() -> None:
    for rule, (_, proof) in rows().items():
        named = ["::".join(found) for found in PROOF.findall(proof)]
        assert (named == []) is (proof == LATER), rule
        for test in named:
            assert rule in proofs().get(test, set()), f"{test} does not exist or does not name {rule}"


def test_what_a_test_proves_is_not_called_a_thing_of_later() -> None:
    kept = {rule for rule, (_, proof) in rows().items() if proof != LATER}
    assert {test: ids - kept for test, ids in proofs().items() if ids - kept} == {}


def test_the_page_says_how_much_is_proven() -> None:
    proven = {rule: set(PROOF.findall(proof)) for rule, (_, proof) in rows().items() if proof != LATER}
    tests = set[tuple[str, str]]().union(*proven.values())
    for letter, what in (("S", "safety"), ("R", "reliability")):
        kept, all_of_it = (sum(rule[0] == letter for rule in each) for each in (proven, rows()))
        assert f"{kept} of {all_of_it} rules of {what}" in PAGE.read_text()
    assert f"proven by {len(tests)} tests" in PAGE.read_text()
