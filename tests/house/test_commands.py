"""What an operator may ask: the commands, their help and the operators' page agree."""

import argparse
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

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


def test_what_is_mistyped_is_answered_with_how_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    for mistyped, remedy in {
        "report --from 2026-13-01 --to 2026-12-31": "'2026-13-01' is no day: write it as 2026-01-31",
        "report --from 2026-12-01 --to 9999-12-31": "'9999-12-31' is no day: write it as 2026-01-31",
        "report --from 2026-12-01 --to 2026-12-31 --least few": "'few' is no whole number",
        "breach --from 2026-12-01 --to 2026-12-01 --known noon": "'noon' is no moment: write it as 2026-01-31T08:30",
    }.items():
        with pytest.raises(SystemExit):
            parser().parse_args(shlex.split(mistyped))
        assert remedy in capsys.readouterr().err


def test_a_moment_with_a_zone_is_that_moment() -> None:
    """The 72 hours of a breach count from it (GDPR 33)."""
    known = "breach --from 2026-12-01 --to 2026-12-01 --known"
    for written in ("2026-12-02T08:00", "2026-12-02T11:00+03:00"):
        asked = parser().parse_args([*known.split(), written])
        assert asked.known == datetime(2026, 12, 2, 8, tzinfo=UTC)
