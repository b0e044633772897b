"""Team: partners, invitations, roles."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot import retention, team
from bot.linking import NAME
from bot.outbox import Kind
from bot.partnering import TO_FILL_IN, add_association, add_partner, load
from bot.people import Partner, Role
from bot.ports import Unit
from bot.standing import LEASE
from bot.sweeping import sweep
from bot.team import EXPIRES, Removal, UnknownPartner, end, invite, link, members, remove
from bot.testimony import State
from dialogs.reading.xform import read_xform
from tests.deeds.stage import Stage, forms
from tests.stores import every_row

EXAMPLE = Path(__file__).parents[2] / "deploy" / "partners.toml"


async def test_an_invitation_makes_one_moderator_once(stage: Stage) -> None:
    """S24: single use; afterwards the same neutral answer as to any wrong code."""
    code = await stage.do(lambda unit: invite(unit, "mmm", Role.MODERATOR, stage.now))
    assert link("voices_bot", code) == f"https://t.me/voices_bot?start=j-{code}"
    assert len(code) == 22
    vera, victor = stage.person(1, "fr"), stage.person(2)
    await vera.starts(f"j-{code}")
    assert "Make Mothers Matter" in vera.everything
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
    assert "Welcome." in vera.everything


async def test_after_four_wrong_codes_a_good_one_is_taken(stage: Stage) -> None:
    """S24."""
    code = await stage.do(lambda unit: invite(unit, "mmm", Role.MODERATOR, stage.now))
    vera = stage.person(1)
    for number in range(4):
        await vera.starts(f"j-{number}")
    await vera.starts(f"j-{code}")
    assert "Welcome." in vera.everything


async def test_all_together_may_try_so_many_wrong_codes_and_one_alone_cannot_use_them_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S24: many accounts guess no better than one, and none of them closes the door to the others."""
    monkeypatch.setattr(team, "EVERYBODYS_TRIES", 10)
    code = await stage.do(lambda unit: invite(unit, "mmm", Role.MODERATOR, stage.now))
    vera, victor, last = stage.person(1), stage.person(2), stage.person(3)
    for number in range(7):
        await victor.starts(f"j-{number}")
    for number in range(4):
        await last.starts(f"j-{number}")
    await stage.moderator(4)
    assert "Welcome." in stage.person(4).everything
    await vera.starts("j-wrong")
    await vera.starts(f"j-{code}")
    assert vera.sees.startswith("This invitation does not work")
    await stage.wakes(hours=1)
    await vera.starts(f"j-{code}")
    assert "Welcome." in vera.everything


async def test_a_role_that_ends_ends_at_once_and_what_was_open_waits_again(stage: Stage) -> None:
    """S22."""
    await stage.person(1).tells()
    vera = await stage.moderator(2)
    await vera.says("/next")
    role = await stage.role(2)
    number, accept = vera.button("Accept")
    await stage.do(lambda unit: remove(unit, stage.here("remove"), role.id))
    assert await stage.do(lambda unit: unit.outbox.waiting(Kind.MODERATION, 9)) == 1
    await stage.deliver()
    assert vera.sees.startswith("You no longer read voices")
    assert "The school is closed." not in vera.everything
    assert [each.state for each in await stage.testimonies(1)] == [State.RECEIVED]
    await vera.taps_data(accept.data, number)
    assert vera.sees.startswith("This part is for the volunteers who read voices.")
    assert await stage.do(lambda unit: members(unit, "mmm")) == []
    with pytest.raises(LookupError):
        await stage.do(lambda unit: remove(unit, stage.here("again"), "nobody"))


async def test_what_was_open_too_long_leaves_the_chat_with_the_role(stage: Stage) -> None:
    """S43, S22: and what another role of theirs still reads stays. Of what becomes of it they hear nothing."""
    amina = stage.person(1)
    await amina.tells()
    vera = await stage.moderator(2)
    await vera.says("/next")
    first = await stage.role(2)
    await stage.moderator(2, Role.FOCAL_POINT)
    [second] = [each for each in await stage.do(lambda unit: members(unit, "mmm")) if each.id != first.id]
    stage.now += LEASE
    await stage.do(lambda unit: remove(unit, stage.here("first"), first.id))
    await stage.deliver()
    assert "The school is closed." in vera.everything
    await stage.do(lambda unit: remove(unit, stage.here("second"), second.id))
    await stage.deliver()
    assert "The school is closed." not in vera.everything
    await amina.says("/withdraw")
    await amina.taps("Yes, withdraw it")
    assert vera.sees.startswith("You no longer read voices")


async def test_a_role_that_ends_twice_ends_once_and_comes_back_waiting_for_nothing(stage: Stage) -> None:
    """S22: nor called by a word of before; what somebody was about to ask is not asked by whoever comes back."""
    await stage.person(1).tells()
    vera = stage.person(2)
    code = await stage.do(lambda unit: invite(unit, "mmm", Role.MODERATOR, stage.now, label="Rakoto"))
    await vera.starts(f"j-{code}")
    await vera.taps("Kiswahili")
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Write my own")
    role = await stage.role(2)
    assert role.waiting
    for _ in range(2):
        await stage.do(lambda unit: remove(unit, stage.here("remove"), role.id))
    ended = await stage.do(lambda unit: unit.people.moderator(role.id))
    assert ended is not None
    assert (ended.waiting, ended.label) == ({}, "")
    [left] = await stage.testimonies(1)
    assert (left.claimed_by, left.claimed_until) == (None, None)
    assert [len(await stage.deeds(verb)) for verb in ("removed", "released")] == [1, 1]
    code = await stage.do(lambda unit: invite(unit, "mmm", Role.MODERATOR, stage.now))
    await vera.starts(f"j-{code}")
    back = await stage.role(2)
    assert (back.id, back.waiting, back.languages) == (role.id, {}, ("en", "sw"))


async def test_nothing_stays_of_who_only_tried_an_invitation(stage: Stage) -> None:
    """S41, S24: whatever of the readers' a stranger tried; who tried one and was let in stays."""
    vera, victor = stage.person(1), stage.person(2)
    await victor.starts("j-wrong")
    await victor.says("/queue")
    await vera.starts("j-wrong")
    await vera.starts(f"j-{await stage.do(lambda unit: invite(unit, 'mmm', Role.MODERATOR, stage.now))}")
    assert len(every_row(stage.url)["addresses"]) == 2
    await sweep(stage.store, stage.now + retention.STRANGER.age + timedelta(hours=2))
    rows = every_row(stage.url)
    assert [row[0] for row in rows["addresses"]] == [(await stage.role(1)).address]
    assert not [row for row in rows["marks"] if row[0].startswith("tries:")]


async def test_who_comes_back_in_time_is_the_same_and_later_somebody_new(stage: Stage) -> None:
    """S41, S22: a role that ended is kept for 90 days, and once it is given again for good."""
    vera = await stage.moderator(1)
    role = await stage.role(1)

    async def goes_and(comes_back_after: timedelta) -> str:
        which = (await stage.role(1)).id
        await stage.do(lambda unit: remove(unit, stage.here(f"remove {stage.now}"), which))
        await stage.deliver()
        stage.now += comes_back_after
        await sweep(stage.store, stage.now)
        code = await stage.do(lambda unit: invite(unit, "mmm", Role.MODERATOR, stage.now))
        await vera.starts(f"j-{code}")
        stage.now += 2 * retention.LEFT.age
        await sweep(stage.store, stage.now)
        return (await stage.role(1)).id

    assert await goes_and(retention.LEFT.age - timedelta(days=1)) == role.id
    assert await goes_and(retention.LEFT.age + timedelta(days=1)) != role.id


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


# -- leads ------------------------------------------------------------------------------------------------------------


async def test_a_lead_invites_by_tapping_with_a_label_and_the_link_works_once(stage: Stage) -> None:
    """S24: for their own organisation; the label is told to who joins, and the message with the link may be copied."""
    await stage.do(lambda unit: unit.marks.set(NAME, "voices_bot"))
    lena, vera = await stage.moderator(1, Role.LEAD), stage.person(2)
    await lena.says("/team")
    assert lena.sees.startswith("The team of Make Mothers Matter.")
    await lena.taps("Invite")
    await lena.taps("Focal point")
    await lena.says("  Rakoto,\nAntananarivo ")
    assert "Focal point, Make Mothers Matter" in lena.sees
    assert not lena.last.message.protect
    [code] = re.findall(r"https://t\.me/voices_bot\?start=j-([\w-]{22})", lena.sees)
    await vera.starts(f"j-{code}")
    assert "In your team you go by Rakoto, Antananarivo." in vera.everything
    role = await stage.role(2)
    assert (role.partner, role.role, role.label) == ("mmm", Role.FOCAL_POINT, "Rakoto, Antananarivo")
    await lena.says("/team")
    assert "Rakoto, Antananarivo · Focal point · since" in lena.sees
    assert "reads: English" in lena.sees
    [invited] = [each for each in await stage.deeds("invited a focal_point") if each.actor != "operator"]
    assert invited.actor == f"moderator:{(await stage.role(1)).id}"


async def test_a_label_is_not_needed_and_two_taps_make_one_link(stage: Stage) -> None:
    """R6."""
    lena = await stage.moderator(1, Role.LEAD)
    await lena.says("/team")
    await lena.taps("Invite")
    await lena.taps("Author")
    number, key = lena.button("Without a label")
    await lena.taps_data(key.data, number)
    await lena.taps_data(key.data, number)
    assert len(await stage.deeds("invited a author")) == 1
    assert "/start j-" in lena.everything


async def test_a_lead_ends_a_role_after_being_asked_once_more(stage: Stage) -> None:
    """S22: from the next tap on; what was open goes back to the queue and out of the chat."""
    receipt = await stage.person(1).tells()
    lena, vera = await stage.moderator(2, Role.LEAD), await stage.moderator(3)
    await vera.says("/next")
    assert receipt in vera.everything
    called = (await stage.role(3)).called
    await lena.says("/team")
    await lena.taps("End a role")
    await lena.taps(called)
    assert f"End the role of {called} (Moderator)?" in lena.sees
    assert await stage.deeds("removed") == []
    await lena.taps("Yes, end it")
    assert lena.sees == f"{called} is in the team no more."
    assert [each.state for each in await stage.testimonies(1)] == [State.RECEIVED]
    assert receipt not in vera.everything
    await vera.says("/next")
    assert vera.sees.startswith("This part is for the volunteers who read voices.")
    [removed] = await stage.deeds("removed")
    assert removed.actor == f"moderator:{(await stage.role(2)).id}"


async def test_the_last_lead_stays_and_one_of_two_may_go(stage: Stage) -> None:
    lena = await stage.moderator(1, Role.LEAD)
    await stage.moderator(2)

    async def end_own() -> None:
        await lena.says("/team")
        await lena.taps("End a role")
        await lena.taps((await stage.role(1)).called)
        await lena.taps("Yes, end it")

    await end_own()
    assert lena.sees == "A team needs a lead. Invite a second one first."
    await stage.moderator(3, Role.LEAD)
    await end_own()
    assert lena.sees.startswith("You no longer read voices")
    assert [each.role for each in await stage.do(lambda unit: members(unit, "mmm"))].count(Role.LEAD) == 1


async def test_of_two_leads_who_end_each_others_role_one_stays(stage: Stage) -> None:
    lena, lars = await stage.moderator(1, Role.LEAD), await stage.moderator(2, Role.LEAD)
    for lead, other in ((lena, 2), (lars, 1)):
        await lead.says("/team")
        await lead.taps("End a role")
        await lead.taps((await stage.role(other)).called)
    await lena.taps("Yes, end it")
    await lars.taps("Yes, end it")
    assert [each.role for each in await stage.do(lambda unit: members(unit, "mmm"))] == [Role.LEAD]


async def test_nobody_ends_a_role_that_is_not_there_or_not_there_any_more(stage: Stage) -> None:
    """S22."""
    await stage.moderator(1, Role.LEAD)
    await stage.moderator(2)
    lead, member = await stage.role(1), await stage.role(2)

    def ends(unit: Unit, id: str) -> Removal:
        return end(unit, stage.here(), [lead], id, member.version)

    await stage.do(lambda unit: remove(unit, stage.here("remove"), member.id))
    assert await stage.do(lambda unit: ends(unit, member.id)) is Removal.NOT_FOUND
    assert await stage.do(lambda unit: ends(unit, "nobody")) is Removal.NOT_FOUND


async def test_who_joins_another_team_is_spoken_to_and_reads_as_in_the_first(stage: Stage) -> None:
    ana = await stage.moderator(1, Role.AUTHOR)
    assert "You write forms for Make Mothers Matter." in ana.everything
    ana.language = "fr"
    await stage.moderator(1)
    await ana.taps("Kiswahili")
    await stage.moderator(1, partner="omep")
    address = (await stage.role(1)).address
    roles = await stage.do(lambda unit: unit.people.moderators_at(address))
    assert {each.language for each in roles} == {"en"}
    assert {each.languages for each in roles if each.reads} == {("en", "sw")}


async def test_an_old_button_ends_no_role_that_changed_since(stage: Stage) -> None:
    """S23: the member is asked about anew."""
    lena, vera = await stage.moderator(1, Role.LEAD), await stage.moderator(2)
    await lena.says("/team")
    await lena.taps("End a role")
    await lena.taps((await stage.role(2)).called)
    await vera.taps("Français", on=vera.last.number)
    await lena.taps("Yes, end it")
    assert "End the role of" in lena.sees
    assert await stage.deeds("removed") == []
    await lena.taps("Yes, end it")
    assert len(await stage.deeds("removed")) == 1


async def test_a_large_team_is_shown_in_pages(stage: Stage) -> None:
    lena = await stage.moderator(1, Role.LEAD)
    for each in range(2, 12):
        await stage.moderator(each)
    await lena.says("/team")
    await lena.taps("End a role")
    first = set(lena.last.labels)
    await lena.taps("More")
    assert len(first - {"More", "Cancel"}) == 8
    assert len(set(lena.last.labels) - first) == 3


async def test_who_joins_is_asked_which_languages_they_read_and_changes_them_with_team(stage: Stage) -> None:
    vera = await stage.moderator(1)
    assert "Which languages do you read?" in vera.sees
    assert {"☑ English", "☐ Kiswahili"} <= set(vera.last.labels)
    assert len(vera.last.labels) == len(set(vera.last.labels)) == len(stage.here().languages) + 1
    assert (await stage.role(1)).languages == ("en",)
    await vera.taps("Kiswahili")
    await vera.taps("English")
    assert (await stage.role(1)).languages == ("sw",)
    await vera.taps("Done")
    assert vera.sees == "You read: Swahili"
    await vera.says("/team")
    assert vera.sees.startswith("Make Mothers Matter: Moderator. You go by ")
    await vera.taps("Languages I read")
    await vera.taps("العربية")
    assert (await stage.role(1)).languages == ("ar", "sw")


async def test_an_old_switch_switches_nothing(stage: Stage) -> None:
    """R6: two taps on one button are one."""
    vera = await stage.moderator(1)
    number, key = vera.button("Kiswahili")
    await vera.taps_data(key.data, number)
    await vera.taps_data(key.data, number)
    assert (await stage.role(1)).languages == ("en", "sw")


async def test_one_person_leads_here_and_reads_there(stage: Stage) -> None:
    """Roles for several partners: cards say for which, and each right holds for its own partner alone."""
    lena = await stage.moderator(1, Role.LEAD)
    await stage.moderator(1, Role.LEAD, "omep")
    await stage.moderator(1, Role.MODERATOR, "omep")
    await stage.person(2).tells()
    await lena.says("/next")
    assert "For: Make Mothers Matter" in lena.sees
    await lena.says("/team")
    assert lena.sees == "Which team?"
    await lena.taps("OMEP")
    assert lena.sees.startswith("The team of OMEP.")
    await lena.taps("End a role")
    assert len(lena.last.labels) == 3
    vera = await stage.moderator(3)
    await vera.says("/next")
    assert "For: " not in vera.everything


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.FOCAL_POINT])
async def test_who_does_not_lead_invites_and_ends_nobody(stage: Stage, role: Role) -> None:
    """S22: with buttons truly signed for them."""
    vera, victor = await stage.moderator(1, role), await stage.moderator(2, Role.LEAD)
    own, other = await stage.role(1), await stage.role(2)
    for verb in ("g", "gi", "gi1", "gn", "gr", "ge", "gy"):
        for each in (own, other):
            action = f"r:{verb}:{each.id}:{each.version}"
            await vera.taps_data(stage.signer.sign(1, action), vera.last.number)
            assert vera.sees == "Not found."
    assert len(await stage.do(lambda unit: members(unit, "mmm"))) == 2
    assert "Welcome." in victor.everything


# -- associations -----------------------------------------------------------------------------------------------------


async def test_who_comes_by_an_associations_link_speaks_by_it(stage: Stage) -> None:
    """It is told to her, kept with her and her testimony, shown on the card; it gives nobody a right."""
    group = await stage.do(
        lambda unit: add_association(unit, "omep", "Jardin d’enfants", stage.now, country="MG")
    )
    amina, vera = stage.person(1), await stage.moderator(2, partner="omep")
    await amina.starts(f"a-{group.id}")
    assert "You come by Jardin d’enfants, which works with OMEP." in amina.everything
    await amina.tells()
    her, [told] = await stage.respondent(1), await stage.testimonies(1)
    assert (her.partner, her.association) == (told.partner, told.association) == ("omep", group.id)
    await vera.says("/next")
    assert "Came by: Jardin d’enfants" in vera.everything
    await amina.says("/withdraw")
    await amina.taps("Yes, withdraw it")
    assert [each.association for each in await stage.testimonies(1)] == [""]
    await stage.person(3).starts("a-nobody")
    assert (await stage.respondent(3)).association == ""


# -- an operator's file -----------------------------------------------------------------------------------------------


async def test_the_example_file_has_the_partners_and_regions_and_is_refused_until_it_is_filled_in(
    stage: Stage,
) -> None:
    text = EXAMPLE.read_text()
    with pytest.raises(ValueError, match="contact of Make Mothers Matter"):
        await stage.do(lambda unit: load(unit, text, stage.now))
    filled = text.replace(TO_FILL_IN, "hello@example.org")
    done = await stage.do(lambda unit: load(unit, filled, stage.now))
    assert len(done) == 10 + 7  # Make Mothers Matter is as the file says
    partners = await stage.do(lambda unit: unit.people.partners())
    regions = await stage.do(lambda unit: unit.associations.regions())
    assert (len(partners), len(regions)) == (8, 10)
    assert await stage.do(lambda unit: load(unit, filled, stage.now)) == []


async def test_a_file_is_loaded_as_often_as_one_likes_and_says_what_it_changed(stage: Stage) -> None:
    text = """
    regions = [{name = "Madagascar", countries = ["MG"]}]
    [[partners]]
    id = "mmm"
    name = "MMM"
    days = 3
    contact = "mmm@example.org"
    associations = [{name = "Mamans", country = "MG", region = "Madagascar"}]
    """
    assert await stage.do(lambda unit: load(unit, text, stage.now)) == [
        "region Madagascar",
        "partner MMM",
        "association Mamans of MMM",
    ]
    assert await stage.do(lambda unit: load(unit, text, stage.now)) == []
    assert await stage.do(lambda unit: unit.people.partner("mmm")) == Partner(
        "mmm", "MMM", 3, "mmm@example.org"
    )
    [group] = await stage.do(lambda unit: unit.associations.of("mmm"))
    [region] = await stage.do(lambda unit: unit.associations.regions())
    assert (group.country, group.region, region.countries) == ("MG", region.id, ("MG",))
    elsewhere = text.replace('country = "MG"', 'country = "KE"')
    assert await stage.do(lambda unit: load(unit, elsewhere, stage.now)) == ["association Mamans of MMM"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("partners = [", "TOML"),
        ("[[partners]]\nname = 'X'", "contact"),
        ("[[partners]]\nname = 'X'\ncontact = 'x'\ndays = 0", "day"),
        ("[[partners]]\nname = 'X'\ncontact = 'x'\ncolour = 'red'", "colour"),
        (
            "[[partners]]\nname = 'X'\ncontact = 'x'\nassociations = [{name = 'A', region = 'Nowhere'}]",
            "Nowhere",
        ),
        ("[[regions]]\nname = 'R'\ncountries = ['Kenya']", "Kenya"),
    ],
)
async def test_a_file_that_is_wrong_says_what_and_changes_nothing(stage: Stage, text: str, why: str) -> None:
    before = await stage.do(lambda unit: unit.people.partners())
    with pytest.raises(ValueError, match=why):
        await stage.do(lambda unit: load(unit, text, stage.now))
    assert await stage.do(lambda unit: unit.people.partners()) == before


async def test_who_writes_forms_for_two_partners_says_for_which_and_sees_both(stage: Stage) -> None:
    """S20: a form belongs to the partner it was sent for."""
    ana = await stage.moderator(1, Role.AUTHOR)
    await stage.moderator(1, Role.AUTHOR, "omep")
    await ana.says("/forms")
    file = {"file_id": "f", "file_unique_id": "u", "file_name": "x.xlsx", "file_size": 9}
    await ana.sends(document=file)
    assert ana.sees == "For which partner is this form?"
    assert await stage.do(lambda unit: unit.uploads.wanted(9, stage.now)) == []
    await ana.taps("OMEP")
    [upload] = await stage.do(lambda unit: unit.uploads.wanted(9, stage.now))
    role = await stage.do(lambda unit: unit.people.moderator(upload.moderator))
    assert role is not None
    assert role.partner == "omep"
    await ana.taps("OMEP")
    assert ana.sees == "Please send the file once more."
    for partner, name in (("mmm", "first"), ("omep", "second")):
        form = read_xform(forms()[1].xml.replace('id="initiative"', f'id="{name}"'))
        await stage.do(lambda unit, form=form, to=partner: unit.forms.keep(form, to, stage.now))  # type: ignore[misc]
    await ana.says("/forms")
    assert [label.rpartition(" · ")[2] for label in ana.last.labels] == ["Make Mothers Matter", "OMEP"]
    await ana.taps("○ second")
    await ana.taps("Publish")
    assert "is published" in ana.sees
