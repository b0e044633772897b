"""The lock says what is installed, all of it, and nothing else."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
PINS = [
    Requirement(re.split(r"\s*\\", line)[0]) for line in LOCK.splitlines() if re.match(r"[\w.-]+==", line)
]
PINNED = {canonicalize_name(pin.name): pin for pin in PINS}


def asked_for() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(line) for group in lists for line in group]


def applies(requirement: Requirement, extras: set[str]) -> bool:
    return requirement.marker is None or any(
        requirement.marker.evaluate({"extra": extra}) for extra in (extras or {""})
    )


def test_every_requirement_is_pinned_within_its_range() -> None:
    for requirement in asked_for():
        pin = PINNED[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(str(pin.specifier).removeprefix("==")), requirement


def test_every_pin_has_hashes_and_no_address_is_written() -> None:
    """S47: what is installed is what was looked at."""
    blocks = re.split(r"\n(?=[\w.-]+==)", LOCK.strip())
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"https?://|--index-url|--find-links", LOCK)


def test_the_lock_holds_what_is_needed_and_nothing_else() -> None:
    needed: set[str] = set()
    todo = [(requirement, set(requirement.extras)) for requirement in asked_for()]
    while todo:
        requirement, extras = todo.pop()
        name = canonicalize_name(requirement.name)
        key = f"{name}[{','.join(sorted(extras))}]"
        if key in needed:
            continue
        needed.add(key)
        for line in importlib.metadata.requires(name) or []:
            below = Requirement(line)
            if applies(below, extras):
                todo.append((below, set(below.extras)))
    here = {name for name, pin in PINNED.items() if pin.marker is None or pin.marker.evaluate()}
    assert {key.split("[")[0] for key in needed} == here


def test_what_is_installed_is_what_is_pinned() -> None:
    for name, pin in PINNED.items():
        if pin.marker is None or pin.marker.evaluate():
            assert pin.specifier.contains(importlib.metadata.version(name)), name
