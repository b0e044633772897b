"""The load finds its way through our bot and through another, and counts what each of them lost."""

import uvloop

from benchmarks.__main__ import contestants
from benchmarks.contestants import ROOT
from benchmarks.table import Amount, Figures, measure


def figures_of(name: str, *, kill: float) -> Figures:
    """A few people, one short round."""
    _, make = contestants(ROOT, None)[name]
    return uvloop.run(measure(make, Amount((5,), 0.1, 0, kill)))


def test_our_bot_answers_everybody_and_keeps_every_story_once_though_it_is_killed() -> None:
    figures = figures_of("ours", kill=1)
    assert figures["unanswered, 5"] == figures["lost"] == 0
    assert figures["not kept"] == figures["kept twice"] == 0


def test_a_bot_that_keeps_nothing_is_seen_to_lose() -> None:
    """A load that could not see a loss would prove nothing."""
    figures = figures_of("ptb", kill=1)
    assert figures["unanswered, 5"] == 0
    assert figures["lost"] > 0
