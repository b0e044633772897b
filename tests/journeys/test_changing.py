"""What has changed, at a shell: `voices change`."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import config, wiring
from bot.__main__ import main
from bot.clock import SystemClock
from bot.people import Region
from bot.ports import Unit
from bot.testimony import State
from tests.stores import someone, voice

MAY = datetime(2026, 5, 31, 23, 59, tzinfo=UTC)
AROUND = ("change", "--from", "2026-05-01", "--to", "2026-05-31")


def told_in_may(unit: Unit) -> None:
    """Ten of the Sahel say that food is worse and six that it is better; one of them two times."""
    unit.associations.save_region(Region("r", "Sahel", ("ML",)))
    people = [someone(unit, 1000 + n, partner="partner") for n in range(16)]
    for n, her in enumerate([*people, people[-1]]):
        checkin = voice(
            her,
            form="checkin",
            form_version=unit.forms.current("checkin").version,
            country="ML",
            state=State.ACCEPTED,
            received_at=MAY,
            answers={"/checkin/theme_1": "food", "/checkin/change_1": "worse" if n < 10 else "better"},
        )
        unit.testimonies.add(checkin, [])


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder in which the bot has been, and people have told."""
    monkeypatch.chdir(tmp_path)

    async def furnish() -> None:
        async with wiring.opened(config.read({}), SystemClock()) as (store, _):
            await store.transact(told_in_may)

    asyncio.run(furnish())


@pytest.mark.usefixtures("house")
def test_what_has_changed_is_counted_at_a_shell(capsys: pytest.CaptureFixture[str]) -> None:
    """S37."""
    assert main(AROUND) == 0
    assert capsys.readouterr().out.splitlines() == [
        "theme  region  better  same  worse",
        "food  Sahel  under 10  under 10  10",
    ]
    assert main([*AROUND, "--least", "6"]) == 0
    assert "food  Sahel  6  under 6  10" in capsys.readouterr().out
    assert main([*AROUND, "--least", "6", "--every", "--csv", "may.csv"]) == 0
    written = Path("may.csv").read_text().splitlines()
    assert written == ["theme,region,better,same,worse", "food,Sahel,7,under 6,10"]
    assert main([*AROUND, "--csv", "may.csv"]) == 1
    assert "may.csv cannot be written (File exists): name a new file." in capsys.readouterr().err
    assert main(["change", "--from", "2026-06-01", "--to", "2026-06-30"]) == 0
    assert capsys.readouterr().out == "theme  region  better  same  worse\n"
    assert main(["change", "--from", "2026-06-30", "--to", "2026-06-01"]) == 1
    assert "The last day (--to) lies before the first (--from)." in capsys.readouterr().err
    assert main(["journal"]) == 0
    assert capsys.readouterr().out.count("counted change") == 5


@pytest.mark.usefixtures("house")
def test_an_operator_cannot_go_below_five(capsys: pytest.CaptureFixture[str]) -> None:
    """S37."""
    with pytest.raises(SystemExit):
        main([*AROUND, "--least", "4"])
    assert "must be at least 5" in capsys.readouterr().err
