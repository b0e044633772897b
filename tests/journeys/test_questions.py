"""Every kind of question, over real HTTP: asked, answered and kept."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.ports import Unit
from dialogs.check import check
from tests.journeys.questions import LANGUAGES, Walk, published, village
from tests.journeys.stage import raised

DAY = timedelta(days=1)


def test_the_form_of_all_questions_can_be_asked() -> None:
    assert [str(issue) for issue in check(village()) if not issue.advice] == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_kind_of_question_is_answered_and_kept(tmp_path: Path, language: str) -> None:
    async with raised(tmp_path) as stage:
        now = SystemClock().now()
        await stage.voices.store.transact(lambda unit: published(unit, stage.partner))
        walk = Walk(stage.person("Amina", language), language)
        await walk.whole()

        def kept(unit: Unit) -> dict[str, str]:
            (testimony,) = (
                found
                for partner in unit.people.partners()
                if (found := unit.testimonies.next(partner=partner.id, sensitive=False, now=now + DAY))
            )
            answers = {}
            for ref, value in testimony.answers.items():
                medium = unit.media.get(value)
                answers[ref.removeprefix("/data/")] = medium.kind if medium is not None else value
            return answers

        assert await stage.voices.store.transact(kept) == walk.answers()
