"""Partners, addresses, respondents, moderators, invitations."""

import asyncio
from dataclasses import replace

import pytest

from bot import partnering
from bot.circumstances import Circumstances
from bot.journal import Deed
from bot.outbox import Kind
from bot.people import Association, Invitation, Moderator, Partner, Region, Respondent, Role
from bot.ports import Origin, Stale, Unit
from bot.room import Post, Room
from bot.team import Removal, end
from storage.database import Database
from storage.wire import wait_for
from tests.deeds.stage import catalogs
from tests.stores import (
    NOW,
    Source,
    every_row,
    later,
    opened,
    reader,
    say,
    someone,
    until_it_waits,
    voice,
    walk,
)


async def test_partners_are_kept_and_listed_by_name(store: Database) -> None:
    def work(unit: Unit) -> object:
        unit.people.add_partner(Partner("bpw", "Business and Professional Women", 3))
        return unit.people.partners(), unit.people.partner("omep")

    assert await store.transact(work) == (
        [
            Partner("atd", "ATD Fourth World"),
            Partner("bpw", "Business and Professional Women", 3),
            Partner("omep", "OMEP", 14),
        ],
        Partner("omep", "OMEP", 14),
    )


async def test_a_partner_nobody_knows_is_a_key_error(store: Database) -> None:
    with pytest.raises(KeyError, match="no partner nowhere"):
        await store.transact(lambda unit: unit.people.partner("nowhere"))


async def test_a_partners_id_is_given_once(store: Database) -> None:
    with pytest.raises(ValueError, match="already"):
        await store.transact(lambda unit: unit.people.add_partner(Partner("atd", "Another")))


async def test_an_address_is_found_by_the_telegram_id_and_gives_the_chat(store: Database) -> None:
    def work(unit: Unit) -> object:
        unknown = unit.people.address_of(7_123_456_789)
        made = unit.people.add_address(7_123_456_789, -100_200_300, NOW)
        again = unit.people.add_address(7_123_456_789, 5, NOW)
        found = unit.people.address_of(7_123_456_789)
        return unknown, made == again == found, unit.people.chat(made), unit.people.chat("nowhere")

    assert await store.transact(work) == (None, True, -100_200_300, None)


async def test_of_a_passer_by_nothing_stays_once_the_word_to_them_was_said(store: Database, url: str) -> None:
    """S44: nobody is found by such an address, each person has one at most, and without a word it goes at once."""
    before = every_row(url)

    def knocks(unit: Unit) -> str | None:
        passer = unit.people.add_passer(7, 7, NOW)
        if passer is not None:
            say(unit, "crowded", passer, kind=Kind.CROWDED)
        return passer

    passer = await store.transact(knocks)
    assert passer is not None
    assert await store.transact(knocks) is None
    assert await store.transact(lambda unit: (unit.people.known(7), unit.people.chat(passer))) == (None, 7)
    [waiting] = await store.transact(lambda unit: unit.outbox.claim(9, NOW))
    await store.transact(lambda unit: unit.outbox.sent([waiting.id], NOW))
    await store.transact(lambda unit: unit.people.add_passer(8, 8, NOW))
    assert every_row(url) == before


async def test_a_respondent_is_found_by_id_and_by_address(store: Database) -> None:
    def work(unit: Unit) -> None:
        her = someone(unit)
        assert her == Respondent(her.id, her.address, "atd", "fr", since=NOW)
        assert unit.people.respondent(her.id) == her
        assert unit.people.respondent_at(her.address) == her
        assert unit.people.respondent("nobody") is None
        assert unit.people.respondent_at("nowhere") is None

    await store.transact(work)


async def test_an_address_has_one_respondent(store: Database) -> None:
    def work(unit: Unit) -> None:
        her = someone(unit)
        unit.people.add_respondent(her.address, "omep", None, NOW)

    with pytest.raises(Stale):
        await store.transact(work)


async def test_a_respondent_is_written_whole_and_read_back_equal(store: Database) -> None:
    def work(unit: Unit) -> None:
        her = someone(unit)
        waiting = {"for": "answer", "testimony": "t1", "n": 3, "list": ["é", "ع"]}
        changed = replace(her, language="ar", reachable=False, quiet=True, waiting=waiting, partner="omep")
        saved = unit.people.save_respondent(changed)
        assert saved == replace(changed, version=1)
        assert unit.people.respondent(her.id) == saved
        emptied = unit.people.save_respondent(replace(saved, waiting={}))
        assert unit.people.respondent(her.id) == replace(saved, waiting={}, version=2) == emptied

    await store.transact(work)


async def test_of_two_who_change_a_respondent_one_is_told(store: Database) -> None:
    her = await store.transact(someone)
    await store.transact(lambda unit: unit.people.save_respondent(replace(her, language="mg")))
    with pytest.raises(Stale):
        await store.transact(lambda unit: unit.people.save_respondent(replace(her, language="ar")))
    found = await store.transact(lambda unit: unit.people.respondent(her.id))
    assert found == replace(her, language="mg", version=1)


async def test_moderators_are_found_where_they_sit_and_for_whom_they_read(store: Database) -> None:
    """S22: the right to act is a row, read at each tap; a revoked one is not found."""

    def work(unit: Unit) -> None:
        here = unit.people.add_address(1, 1, NOW)
        there = unit.people.add_address(2, 2, NOW)
        first = unit.people.add_moderator(here, "atd", Role.MODERATOR, "fr", NOW)
        second = unit.people.add_moderator(here, "omep", Role.FOCAL_POINT, None, NOW)
        third = unit.people.add_moderator(there, "atd", Role.LEAD, "ar", NOW, "Lea")
        assert first == Moderator(first.id, here, "atd", Role.MODERATOR, "fr", since=NOW)
        assert sorted(unit.people.moderators_at(here), key=lambda each: each.partner) == [first, second]
        assert sorted(unit.people.moderators_of("atd"), key=lambda each: each.role) == [third, first]
        gone = unit.people.save_moderator(replace(first, left_at=NOW))
        assert unit.people.moderators_at(here) == [second]
        assert unit.people.moderators_of("atd") == [third]
        assert unit.people.moderator(first.id) == gone == replace(first, left_at=NOW, version=1)
        assert unit.people.moderator("nobody") is None

    await store.transact(work)


async def test_a_role_taken_away_can_be_given_again(store: Database) -> None:
    def work(unit: Unit) -> None:
        first = reader(unit)
        unit.people.save_moderator(replace(first, left_at=NOW))
        again = unit.people.add_moderator(first.address, "atd", Role.MODERATOR, "ar", later(days=1), "Lea")
        assert again == replace(first, language="ar", label="Lea", since=later(days=1), version=2)
        assert unit.people.moderators_at(first.address) == [again]

    await store.transact(work)


async def test_of_two_who_change_a_moderator_one_is_told(store: Database) -> None:
    one = await store.transact(reader)
    waiting = {"for": "return", "testimony": "abc"}
    saved = await store.transact(lambda unit: unit.people.save_moderator(replace(one, waiting=waiting)))
    assert saved == replace(one, waiting=waiting, version=1)
    assert await store.transact(lambda unit: unit.people.moderator(one.id)) == saved
    with pytest.raises(Stale):
        await store.transact(lambda unit: unit.people.save_moderator(replace(one, left_at=NOW)))


async def test_a_role_that_is_given_again_is_the_same_and_each_other_one_its_own(store: Database) -> None:
    """S22: by whom, for whom, as what."""

    def work(unit: Unit) -> None:
        one, two = (unit.people.add_address(person, person, NOW) for person in (1, 2))
        roles = [
            (address, partner, role)
            for role in (Role.MODERATOR, Role.LEAD)
            for partner in ("atd", "omep")
            for address in (one, two)
        ]
        given = [unit.people.add_moderator(*each, "fr", NOW).id for each in roles]
        assert len(set(given)) == len(roles)
        assert [unit.people.add_moderator(*each, "fr", NOW).id for each in roles] == given
        for found in (unit.people.moderators_at(one), unit.people.moderators_of("omep")):
            assert [each.id for each in found] == sorted(each.id for each in found)  # each time in one order

    await store.transact(work)


async def test_what_one_who_was_invited_is_called_stays_until_they_come(store: Database) -> None:
    """S24: another one who joins takes only their own label along."""

    def work(unit: Unit) -> None:
        for code in ("one", "two"):
            unit.people.add_invitation(
                Invitation(code, "atd", Role.MODERATOR, later(days=1), label=f"Lea {code}"), code
            )
        used = [unit.people.use_invitation(code, NOW) for code in ("one", "two")]
        assert [each.label for each in used if each] == ["Lea one", "Lea two"]

    await store.transact(work)


async def test_an_invitation_works_once_and_in_time(store: Database, url: str) -> None:
    """S24: expiring, single use, its code kept only as a keyed hash; unknown, used and late look the same."""
    invitation = Invitation("i1", "atd", Role.FOCAL_POINT, later(days=1))
    code = "q3Jc0uYpX9wBtZkA7mN2eg"

    def work(unit: Unit) -> object:
        unit.people.add_invitation(invitation, code)
        return (
            unit.people.use_invitation("another", NOW),
            unit.people.use_invitation(code, later(days=1)),
            unit.people.use_invitation(code, later(hours=1)),
            unit.people.use_invitation(code, later(hours=2)),
        )

    used = replace(invitation, used_at=later(hours=1))
    assert await store.transact(work) == (None, None, used, None)
    assert code not in str(every_row(url)["invitations"])


async def test_an_invitation_used_by_many_at_once_makes_one_of_them_a_moderator(store: Database) -> None:
    """S24: single use, also in a race."""
    invitation = Invitation("i1", "atd", Role.MODERATOR, later(days=1))
    await store.transact(lambda unit: unit.people.add_invitation(invitation, "code"))
    results = await asyncio.gather(
        *[store.transact(lambda unit: unit.people.use_invitation("code", NOW)) for _ in range(20)]
    )
    assert [result for result in results if result] == [replace(invitation, used_at=NOW)]


async def test_a_partner_gets_another_name(store: Database) -> None:
    named = Partner("omep", "Early Childhood", 3, "hello@example.org")

    def work(unit: Unit) -> Partner:
        unit.people.save_partner(named)
        return unit.people.partner("omep")

    assert await store.transact(work) == named
    with pytest.raises(LookupError):
        await store.transact(lambda unit: unit.people.save_partner(Partner("nowhere", "Nobody")))


async def test_the_partner_of_the_first_start_is_renamed_not_doubled(store: Database) -> None:
    def work(unit: Unit) -> list[str]:
        partnering.add_partner(unit, "Open Hands", "hello@example.org", NOW)
        return [each.name for each in unit.people.partners()]

    assert sorted(await store.transact(work)) == ["OMEP", "Open Hands"]


async def test_who_was_met_and_who_wrote_in_a_time_is_known_for_a_breach(store: Database) -> None:
    """S46: by first contact, testimony, session and the answers they got."""

    def work(unit: Unit) -> None:
        ids = {}
        for name, person in {"told": 1, "walks": 2, "heard": 3, "asked": 4, "silent": 5}.items():
            address = unit.people.add_address(person, person, NOW)
            ids[name] = unit.people.add_respondent(address, "atd", "fr", NOW)
        told = voice(ids["told"], received_at=later(days=2), sensitive=True)
        unit.testimonies.add(told, [])
        unit.sessions.add(ids["walks"].id, walk(), None, later(days=2))
        say(unit, "heard", ids["heard"].address, now=later(days=2))
        say(unit, "asked", ids["asked"].address, now=later(days=2), kind=Kind.FIRST)
        say(unit, "told of", ids["silent"].address, now=later(days=2), kind=Kind.NOTICE)
        met = [each.id for each in unit.people.met(later(seconds=1))]
        assert met == sorted(each.id for each in ids.values())
        assert unit.people.met(NOW) == []
        day = later(days=2), later(days=3)
        assert set(unit.people.wrote(*day)) == {ids[name].id for name in ("told", "walks", "heard", "asked")}
        assert set(unit.people.wrote(NOW, later(days=1))) == {each.id for each in ids.values()}
        assert unit.people.wrote(later(days=5), later(days=6)) == []
        assert unit.people.wrote(later(days=1), later(days=2)) == []
        [origin] = unit.testimonies.origins()
        assert origin == Origin(told.id, ids["told"].id, "atd", "MG", True, later(days=2))

    await store.transact(work)


async def test_what_was_done_by_whom_is_found_in_the_journal(store: Database) -> None:
    """S46."""

    def work(unit: Unit) -> None:
        for n, (actor, verb) in enumerate([("a", "took"), ("b", "took"), ("a", "opened"), ("a", "left")]):
            unit.journal.write(Deed(later(hours=n), actor, verb, f"t:{n}"))
        unit.journal.read()
        assert sorted(unit.journal.objects(("took", "opened"), later(hours=9))) == ["t:0", "t:1", "t:2"]
        assert unit.journal.objects(("took", "opened"), later(hours=2), "a") == ["t:0"]
        assert sorted(unit.journal.actors(NOW, later(hours=9))) == ["a", "b"]
        assert unit.journal.actors(later(hours=2), later(hours=4)) == ["a"]

    await store.transact(work)


async def test_notices_are_cancelled_for_who_blocked_us_and_not_for_who_stopped(store: Database) -> None:
    """S45, S46."""

    def work(unit: Unit) -> None:
        her = someone(unit)
        say(unit, "notice", her.address, kind=Kind.NOTICE)
        say(unit, "campaign", her.address, kind=Kind.CAMPAIGN)
        assert unit.outbox.cancel(her.address, NOW, unasked=True) == 1
        assert unit.outbox.cancel(her.address, NOW) == 1

    await store.transact(work)


# -- teams and associations -------------------------------------------------------------------------------------------


async def test_a_member_has_a_label_languages_and_a_day_and_the_label_is_sealed_and_goes_with_the_role(
    store: Database, url: str
) -> None:
    """S3, S40: what a lead calls somebody may be a name."""
    invitation = Invitation("i1", "atd", Role.MODERATOR, later(days=1), label="canary, Tana")

    def work(unit: Unit) -> Moderator:
        unit.people.add_invitation(invitation, "code")
        used = unit.people.use_invitation("code", NOW)
        assert used is not None
        assert used.label == "canary, Tana"
        at = unit.people.add_address(1, 1, NOW)
        made = unit.people.add_moderator(at, "atd", Role.MODERATOR, "fr", NOW, used.label)
        return unit.people.save_moderator(replace(made, languages=("fr", "mg")))

    member = await store.transact(work)
    assert await store.transact(lambda unit: unit.people.moderator(member.id)) == member
    assert (member.called, member.languages, member.since) == ("canary, Tana", ("fr", "mg"), NOW)
    rows = every_row(url)
    assert "canary" not in str(rows["moderators"]) + str(rows["invitations"])
    [kept] = rows["invitations"]
    assert kept[-1] is None  # who used it has it now

    def end(unit: Unit) -> list[str]:
        gone = unit.people.save_moderator(replace(member, left_at=NOW, label=""))
        back = unit.people.add_moderator(member.address, "atd", Role.MODERATOR, "fr", later(days=2))
        return [gone.called, back.called, str(back.since)]

    random, again, since = await store.transact(end)
    assert random == again == member.id[:4].upper()
    assert since == str(later(days=2))


async def test_a_moderator_stays_with_their_partner(store: Database) -> None:
    """S20: no change of a row moves it to another organisation."""
    one = await store.transact(reader)
    with pytest.raises(Stale):
        await store.transact(lambda unit: unit.people.save_moderator(replace(one, partner="omep")))


async def test_associations_are_a_partners_and_regions_are_everybodys(store: Database) -> None:
    """S20."""
    group = Association("g", "atd", "Mamans", "MG", "r")

    def work(unit: Unit) -> None:
        unit.associations.save_region(Region("r", "Madagascar", ("MG",)))
        unit.associations.add(group)
        with pytest.raises(ValueError, match="already"):
            unit.associations.add(replace(group, id="other"))
        unit.associations.add(replace(group, id="theirs", partner="omep"))
        unit.associations.save(replace(group, country="KM", region=""))
        unit.associations.save(replace(group, partner="omep", country="FR"))  # not theirs: nothing happens
        unit.associations.save_region(Region("r", "Islands", ("KM", "MG")))
        assert unit.associations.of("atd") == [replace(group, country="KM", region="")]
        assert unit.associations.of("nobody") == []
        assert unit.associations.by_link("theirs") == replace(group, id="theirs", partner="omep")
        assert unit.associations.by_link("nothing") is None
        assert unit.associations.regions() == [Region("r", "Islands", ("KM", "MG"))]

    await store.transact(work)


async def test_by_whose_link_she_came_is_kept_with_her_and_what_she_tells(store: Database) -> None:
    def work(unit: Unit) -> None:
        her = unit.people.save_respondent(replace(someone(unit), association="g"))
        assert unit.people.respondent(her.id) == her
        told = unit.testimonies.add(voice(her, association="g"), [])
        assert unit.testimonies.own(told.id, respondent=her.id) == told

    await store.transact(work)


async def test_a_room_is_found_by_its_group_and_goes_with_it(store: Database, url: str) -> None:
    """S4, S20: its chat lies sealed; once it has ended nothing of the group is left."""
    group, upgraded = -8_877_990_011, -1_008_877_990_011

    def work(unit: Unit) -> None:
        at, other = (unit.people.add_address(chat, chat, NOW) for chat in (group, -5))
        unit.rooms.open(Room(at, "atd", "fr", topics=True))
        unit.rooms.open(Room(other, "omep", "en", topics=False))
        unit.rooms.open(Room(other, "atd", "mg", topics=True))  # not theirs: nothing happens
        assert unit.rooms.get(other) == Room(other, "omep", "en", topics=False)
        assert {room.partner for room in unit.rooms.due(NOW)} == {"atd", "omep"}
        unit.rooms.looked(other, later(minutes=1))
        assert unit.rooms.due(NOW) == [Room(at, "atd", "fr", topics=True)]
        post = Post("fr", 5, None, "ab", NOW)
        unit.rooms.save(at, post)
        unit.rooms.posted(at, "fr", None)
        assert unit.rooms.get(at) == Room(at, "atd", "fr", True, (replace(post, asked_at=None),))
        unit.rooms.posted(at, "fr", 9)
        unit.rooms.save(at, replace(post, message=9, said="cd"))
        unit.rooms.posted(at, "fr", 9)
        assert unit.rooms.get(at) == Room(at, "atd", "fr", True, (Post("fr", 5, 9, "cd"),))
        unit.rooms.posted(at, "fr", None)
        assert unit.rooms.get(at) == Room(at, "atd", "fr", topics=True)
        unit.rooms.save(at, post)
        unit.rooms.move(at, upgraded)
        assert (unit.people.address_of(group), unit.people.address_of(upgraded)) == (None, at)
        assert (unit.people.chat(at), unit.rooms.get(at)) == (upgraded, Room(at, "atd", "fr", topics=True))
        unit.rooms.save(at, post)
        say(unit, "due", at)
        unit.rooms.move(other, upgraded)  # it was made a room there already
        assert unit.rooms.get(other) is None

    await store.transact(work)
    rows = every_row(url)
    assert "8877990011" not in str([rows[name] for name in ("addresses", "rooms", "posts")])
    await store.transact(lambda unit: unit.rooms.end(unit.people.address_of(upgraded) or ""))
    rows = every_row(url)
    assert [rows[name] for name in ("addresses", "rooms", "posts", "outbox")] == [[]] * 4


async def test_of_two_leads_who_end_each_others_role_at_the_same_moment_one_stays(postgres: Source) -> None:
    """S22: whoever comes second waits, and finds a team that would have no lead."""
    url = postgres.fresh()

    def leads(unit: Unit) -> list[Moderator]:
        unit.people.add_partner(Partner("atd", "ATD Fourth World"))
        addresses = [unit.people.add_address(person, person, NOW) for person in (1, 2)]
        return [unit.people.add_moderator(each, "atd", Role.LEAD, "fr", NOW) for each in addresses]

    def ends(unit: Unit, lead: Moderator, other: Moderator) -> Removal:
        return end(unit, Circumstances(lead.id, NOW, catalogs()), [lead], other.id, other.version)

    async with opened(url) as store:
        one, two = await store.transact(leads)
        ended, goes_on = (asyncio.get_running_loop().create_future() for _ in range(2))

        def ends_and_rests(unit: Unit) -> Removal:
            removal = ends(unit, one, two)
            ended.set_result(None)
            wait_for(goes_on)
            return removal

        first = asyncio.ensure_future(store.transact(ends_and_rests))
        await ended
        second = asyncio.ensure_future(store.transact(lambda unit: ends(unit, two, one)))
        await until_it_waits(url, second)
        goes_on.set_result(None)
        assert (await first, await second) == (Removal.DONE, Removal.LAST_LEAD)
    postgres.drop(url)
