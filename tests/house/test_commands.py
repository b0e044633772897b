"""What an operator may ask: the commands, their help and the operators' page agree."""

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from bot.__main__ import parser

GUIDES = ("operators.md", "authors.md", "translators.md")
ROOT = Path(__file__).resolve().parents[2]


def commands(
    top: argparse.ArgumentParser, path: str = "voices"
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that does something, by its full name."""
    below = [each for each in top._actions if isinstance(each, argparse._SubParsersAction)]
    if not below:
        yield path, top
    for action in below:
        for name, each in action.choices.items():
            yield from commands(each, f"{path} {name}")


def test_every_command_and_option_explains_itself() -> None:
    for name, each in commands(parser()):
        assert each.description, name
        for action in each._actions:
            assert action.help, (name, action.dest)


def test_the_guides_have_every_command_and_no_other() -> None:
    """And every example in them is one the parser understands."""
    page = "".join((ROOT / "docs" / name).read_text() for name in GUIDES)
    examples = re.findall(r"`\.venv/bin/(voices[^`]*)`", page)
    known = {name for name, _ in commands(parser())}
    shown = {name for example in examples for name in known if f"{example} ".startswith(f"{name} ")}
    assert shown == known
    for example in examples:
        parser().parse_args(shlex.split(example)[1:])
