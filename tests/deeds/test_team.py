"""Team: partners, invitations, roles."""

import pytest

from bot import team
from bot.people import Role
from bot.team import EXPIRES, UnknownPartner, add_partner, invite, link, members, remove
from bot.testimony import State
from tests.deeds.stage import Stage


async def test_an_invitation_makes_one_moderator_once(stage: Stage) -> None:
    """S24: single use; afterwards the same neutral answer as to any wrong code."""
    code = await stage.do(lambda unit: invite(unit, "mmm", Role.MODERATOR, stage.now))
    assert link("voices_bot", code) == f"https://t.me/voices_bot?start=j-{code}"
    assert len(code) == 22
    vera, victor = stage.person(1, "fr"), stage.person(2)
    await vera.starts(f"j-{code}")
    assert "Make Mothers Matter" in vera.sees
    assert (await stage.role(1)).language == "fr"
    await victor.starts(f"j-{code}")
    assert (
        victor.sees == "This invitation does not work, or does not work any more. Please ask for another one."
    )
    await vera.starts(f"j-{code}")
    assert "/queue" in vera.sees
    assert len(await stage.deeds("joined")) == 1


async def test_an_invitation_ends(stage: Stage) -> None:
    """S24."""
    code = await stage.do(lambda unit: invite(unit, "mmm", Role.MODERATOR, stage.now))
    stage.now += EXPIRES
    vera = stage.person(1)
    await vera.starts(f"j-{code}")
    assert "does not work" in vera.sees


async def test_after_five_wrong_codes_a_good_one_is_refused_for_the_hour(stage: Stage) -> None:
    """S24."""
    code = await stage.do(lambda unit: invite(unit, "mmm", Role.MODERATOR, stage.now))
    vera = stage.person(1)
    answers = set()
    for number in range(5):
        await vera.starts(f"j-{number}")
        answers.add(vera.sees)
    await vera.starts(f"j-{code}")
    answers.add(vera.sees)
    assert len(answers) == 1
    await stage.wakes(hours=1)
    await vera.starts(f"j-{code}")
    assert vera.sees.startswith("Welcome.")


async def test_all_together_may_try_so_many_wrong_codes_and_one_alone_cannot_use_them_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S24: many accounts guess no better than one, and none of them closes the door to the others."""
    monkeypatch.setattr(team, "EVERYBODYS_TRIES", 10)
    code = await stage.do(lambda unit: invite(unit, "mmm", Role.MODERATOR, stage.now))
    vera, victor, last = stage.person(1), stage.person(2), stage.person(3)
    for number in range(20):
        await victor.starts(f"j-{number}")
    for number in range(4):
        await last.starts(f"j-{number}")
    await vera.starts("j-wrong")
    await vera.starts(f"j-{code}")
    assert vera.sees.startswith("This invitation does not work")
    await stage.wakes(hours=1)
    await vera.starts(f"j-{code}")
    assert vera.sees.startswith("Welcome.")


async def test_a_role_that_ends_ends_at_once_and_what_was_open_waits_again(stage: Stage) -> None:
    """S22."""
    await stage.person(1).tells()
    vera = await stage.moderator(2)
    await vera.says("/next")
    role = await stage.role(2)
    await stage.do(lambda unit: remove(unit, stage.here("remove"), role.id))
    await stage.deliver()
    assert vera.sees.startswith("You no longer read voices")
    assert [each.state for each in await stage.testimonies(1)] == [State.RECEIVED]
    await vera.taps("Accept")
    assert vera.sees.startswith("This part is for the volunteers who read voices.")
    assert await stage.do(lambda unit: members(unit, "mmm")) == []
    with pytest.raises(LookupError):
        await stage.do(lambda unit: remove(unit, stage.here("again"), "nobody"))


async def test_a_role_that_ends_twice_ends_once_and_comes_back_waiting_for_nothing(stage: Stage) -> None:
    """S22: what somebody was about to ask is not asked by whoever comes back."""
    await stage.person(1).tells()
    vera = await stage.moderator(2)
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Write my own")
    role = await stage.role(2)
    assert role.waiting
    for _ in range(2):
        await stage.do(lambda unit: remove(unit, stage.here("remove"), role.id))
    [left] = await stage.testimonies(1)
    assert (left.claimed_by, left.claimed_until) == (None, None)
    assert [len(await stage.deeds(verb)) for verb in ("removed", "released")] == [1, 1]
    code = await stage.do(lambda unit: invite(unit, "mmm", Role.MODERATOR, stage.now))
    await vera.starts(f"j-{code}")
    assert ((await stage.role(2)).id, (await stage.role(2)).waiting) == (role.id, {})


async def test_who_was_given_a_role_by_whom_and_who_was_refused_is_noted(stage: Stage) -> None:
    """S22, S42."""
    code = await stage.do(lambda unit: invite(unit, "mmm", Role.FOCAL_POINT, stage.now))
    vera = stage.person(1)
    await vera.starts("j-wrong")
    await vera.starts(f"j-{code}")
    [invited] = await stage.deeds("invited a focal_point")
    [joined] = await stage.deeds("joined")
    [refused] = await stage.deeds("refused")
    assert (invited.actor, joined.actor) == ("operator", invited.object)
    assert joined.object == f"moderator:{(await stage.role(1)).id}"
    assert (refused.actor, refused.object) == (f"address:{(await stage.role(1)).address}", "invitation")


async def test_a_partner_needs_a_name_a_contact_and_a_promise(stage: Stage) -> None:
    made = await stage.do(lambda unit: add_partner(unit, "ICCC", "iccc@example.org", stage.now, days=3))
    assert made in await stage.do(lambda unit: unit.people.partners())
    for name, contact, days in (("", "x", 1), ("X", "", 1), ("X", "x", 0), ("ICCC", "x", 1)):
        with pytest.raises(ValueError):
            await stage.do(lambda unit: add_partner(unit, name, contact, stage.now, days=days))  # noqa: B023 - called at once
    with pytest.raises(UnknownPartner):
        await stage.do(lambda unit: invite(unit, "nobody", Role.LEAD, stage.now))
