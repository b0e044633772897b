"""Whatever is allowed, taken back, published, withdrawn, forgotten, undone and restored, in any order, on both engines:
after each step the database itself is asked, and shows nothing to anybody that is not allowed at that moment (S31).

A model says beside it what must be public: so nothing is taken back that should have stayed, either.
"""

import asyncio
import copy
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, ClassVar, TypeVar

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot import leaving, reviewing, showing
from bot.circumstances import Circumstances
from bot.people import PHOTO, PUBLIC, Consent, Moderator, Partner, Respondent, purposes
from bot.ports import Medium, NotAllowed, Unit
from bot.standing import Done, Standing, Taken
from bot.testimony import DecisionKind, State
from bot.words import Catalogs
from storage import failing
from storage.database import Database
from storage.tables import metadata
from tests.stores import KEYS, NOW, Source, later, publish, reader, redacted, someone, voice

T = TypeVar("T")

CATALOGS = Catalogs.read()

ALL = purposes(photo=True)
SEEN = (*PUBLIC, PHOTO)
"""The purposes for which something comes before everybody."""

UNALLOWED = """
SELECT count(*) FROM publications AS public
JOIN testimonies ON testimonies.id = public.testimony
JOIN redactions ON redactions.id = public.redaction
WHERE testimonies.state <> 'accepted' OR testimonies.sensitive OR testimonies.withheld OR NOT redactions.stands
OR redactions.person = public.looked_by OR NOT EXISTS (
    SELECT 1 FROM consents AS said
    WHERE said.testimony = public.testimony AND said.purpose = public.purpose AND said.granted AND said.n = (
        SELECT max(last.n) FROM consents AS last
        WHERE last.testimony = public.testimony AND last.purpose = public.purpose
    )
)
"""
UNALLOWED_PHOTOS = """
SELECT count(*) FROM pictures AS photo
JOIN testimonies ON testimonies.id = photo.testimony
JOIN publications AS public ON public.id = photo.publication
JOIN redactions ON redactions.id = public.redaction
WHERE testimonies.state <> 'accepted' OR testimonies.sensitive OR testimonies.withheld OR NOT redactions.stands
OR redactions.person = public.looked_by OR public.purpose <> 'publish' OR photo.testimony <> public.testimony
OR photo.redaction <> public.redaction OR (
    SELECT count(*) FROM consents AS said
    WHERE said.testimony = photo.testimony AND said.purpose IN ('publish', 'photo') AND said.granted AND said.n = (
        SELECT max(last.n) FROM consents AS last
        WHERE last.testimony = photo.testimony AND last.purpose = said.purpose
    )
) <> 2
"""
PICTURED = "SELECT testimony, medium FROM pictures"
PUBLISHED = "SELECT testimony, purpose FROM publications"
ALLOWED = "SELECT testimony, purpose FROM permissions"
LAST_YES = """
SELECT testimony, purpose FROM consents AS said WHERE granted AND n = (
    SELECT max(last.n) FROM consents AS last WHERE last.testimony = said.testimony AND last.purpose = said.purpose
)
"""


class Death(Exception):
    """The process ends here."""


@dataclass
class Told:
    """A testimony as it should stand. `live`: what is allowed, each yes with a number of its own."""

    id: str
    person: int
    sensitive: bool
    withheld: bool = False
    state: State = State.RECEIVED
    medium: str = ""
    live: dict[str, int] = field(default_factory=dict)
    public: set[str] = field(default_factory=set)
    pictured: bool = False

    @property
    def may_be_public(self) -> bool:
        return self.state is State.ACCEPTED and not self.sensitive and not self.withheld

    @property
    def may_be_pictured(self) -> bool:
        return "publish" in self.public and PHOTO in self.live

    def ends(self) -> None:
        self.state, self.live = State.WITHDRAWN, {}
        self.hides()

    def hides(self) -> None:
        self.public, self.pictured = set(), False

    def takes_back(self, purpose: str) -> int:
        """No more for this purpose; the number of the yes that is taken back."""
        self.public.discard(purpose)
        self.pictured = self.pictured and purpose not in ("publish", PHOTO)
        return self.live.pop(purpose)


@dataclass
class Model:
    """What should stand in the database now, and who is who there."""

    told: dict[str, Told] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)


class Sequences(RuleBasedStateMachine):
    """People, a moderator and an operator, who do anything; the process may die in the middle of each thing.

    `happened`: how many steps all runs made together, and what was in them that is worth counting.
    """

    happened: ClassVar[Counter[str]] = Counter()

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source, self.url = source, source.fresh()
        self.runner = asyncio.Runner()
        self.beside = sa.create_engine(self.url, poolclass=sa.StaticPool)
        self.numbers = count(1)
        self.doom: tuple[str, int] | None = None
        self.model = Model()
        self.backups: list[tuple[Mapping[str, list[Any]], Model]] = []
        self.taken: set[int] = set()
        self.gone: set[str] = set()
        self.left: set[str] = set()
        self.marks: dict[str, Any] = {}
        self.open()

    # -- the house ----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        self.store = Database.open(self.url, KEYS, failpoint=failing.point)

    def shut(self) -> None:
        self.runner.run(self.store.close())

    def teardown(self) -> None:
        failing.arm("")
        self.shut()
        self.runner.close()
        self.beside.dispose()
        self.source.drop(self.url)

    def do(self, work: Callable[[Unit, Circumstances], T], then: Callable[[T], object] = id) -> None:
        """One update: the work in one transaction, `then` what should be true of it. The process may die on the way;
        then the next one finds all of it or nothing.
        """
        here = Circumstances(f"step:{next(self.numbers)}", later(seconds=next(self.numbers)), CATALOGS)
        came: list[T] = []

        def once(unit: Unit) -> T:
            value = work(unit, here)
            came[:] = [value]
            return value

        point, nth = self.doom or ("", 1)
        self.doom = None
        failing.arm(f"{point}:{nth}", _die)
        try:
            value = self.runner.run(self.store.transact(once))
        except Death:
            self.happened["deaths"] += 1
            failing.arm("")
            self.shut()
            self.open()
            if point == "commit.after":
                then(came[0])
            return
        finally:
            failing.arm("")
        then(value)

    def chosen(self, which: int, state: State | None = None) -> Told | None:
        """One of what was told."""
        found = [each for each in self.model.told.values() if state in (None, each.state)]
        return found[which % len(found)] if found else None

    @initialize()
    def begins(self) -> None:
        def work(unit: Unit) -> str:
            unit.people.add_partner(Partner("atd", "ATD Fourth World"))
            return reader(unit).id

        self.moderator = self.runner.run(self.store.transact(work))

    # -- what people do -----------------------------------------------------------------------------------------------

    @rule(person=st.integers(1, 3), allowed=st.sets(st.sampled_from(ALL[1:])), sensitive=st.booleans())
    def tells(self, person: int, allowed: set[str], sensitive: bool) -> None:
        self.told(person, {"keep", *allowed}, sensitive=sensitive and allowed == {"publish"})

    @rule(person=st.integers(1, 3))
    def tells_and_allows_all(self, person: int) -> None:
        self.told(person, set(ALL), sensitive=False)

    def told(self, person: int, allowed: set[str], *, sensitive: bool) -> None:
        def work(unit: Unit, here: Circumstances) -> tuple[str, str, str]:
            known = self.model.people.get(person)
            her = unit.people.respondent(known) if known else someone(unit, person)
            assert her is not None
            photo = Medium("", her.id, "image", "f", "u", "image/jpeg", state="held")
            photo = unit.media.add(photo, here.now)
            answers = {"/testimony/story": "L’eau est loin.", "/testimony/story_photo": photo.id}
            told = voice(her, sensitive=sensitive, received_at=here.now, said={}, answers=answers)
            consents = [Consent(told.id, each, each in allowed, "w", "fr", here.now) for each in ALL]
            unit.testimonies.add(told, consents)
            return told.id, her.id, photo.id

        def then(ids: tuple[str, str, str]) -> None:
            live = {each: next(self.numbers) for each in allowed}
            self.model.told[ids[0]] = Told(ids[0], person, sensitive, medium=ids[2], live=live)
            self.model.people[person] = ids[1]

        self.do(work, then)

    @rule(which=st.integers(0, 99), purpose=st.sampled_from(ALL), on=st.booleans())
    def switches(self, which: int, purpose: str, on: bool) -> None:
        told = self.chosen(which)
        if told is None:
            return

        def then(_: object) -> None:
            if told.state is State.WITHDRAWN or purpose == "keep":
                return
            if on:
                told.live.setdefault(purpose, next(self.numbers))
            elif purpose in told.live:
                self.taken.add(told.takes_back(purpose))

        self.do(
            lambda unit, here: showing.allow(unit, here, self.hers(unit, told), told.id, purpose, on), then
        )

    @rule(which=st.integers(0, 99), purpose=st.sampled_from(SEEN))
    def says_yes_again_in_newer_words(self, which: int, purpose: str) -> None:
        told = self.chosen(which)
        if told is None or purpose not in told.live:
            return
        self.do(
            lambda unit, here: unit.testimonies.add_consents(
                [Consent(told.id, purpose, True, "newer", "fr", here.now)]
            )
        )

    @rule(which=st.integers(0, 99))
    def takes_back(self, which: int) -> None:
        """A switch that is on, of something that is public where there is any."""
        public = [each for each in self.model.told.values() if each.public]
        told = public[which % len(public)] if public else self.chosen(which)
        if told is None:
            return
        seen = told.public | ({PHOTO} if told.pictured else set())
        if choice := sorted(seen or set(told.live) - {"keep"}):
            self.switches_off(told, choice[which % len(choice)])

    def switches_off(self, told: Told, purpose: str) -> None:
        def then(_: object) -> None:
            self.taken.add(told.takes_back(purpose))

        self.do(
            lambda unit, here: showing.allow(unit, here, self.hers(unit, told), told.id, purpose, False), then
        )

    @rule(which=st.integers(0, 99))
    def withdraws(self, which: int) -> None:
        told = self.chosen(which)
        if told is None:
            return

        def then(_: object) -> None:
            self.happened["withdrawn"] += told.state is not State.WITHDRAWN
            self.gone.add(told.id)
            told.ends()

        self.do(lambda unit, here: leaving.withdraw(unit, here, self.hers(unit, told), told.id), then)

    @rule(which=st.integers(0, 99))
    def is_forgotten(self, which: int) -> None:
        if not self.model.people:
            return
        person = sorted(self.model.people)[which % len(self.model.people)]

        def work(unit: Unit, here: Circumstances) -> None:
            her = unit.people.respondent(self.model.people[person])
            assert her is not None
            leaving.forget(unit, here, her)

        def then(_: object) -> None:
            self.happened["forgotten"] += 1
            self.left.add(self.model.people.pop(person))
            self.model.told = {key: each for key, each in self.model.told.items() if each.person != person}

        self.do(work, then)

    def hers(self, unit: Unit, told: Told) -> Respondent:
        her = unit.people.respondent(self.model.people[told.person])
        assert her is not None
        return her

    # -- what a moderator does ----------------------------------------------------------------------------------------

    @rule(accepts=st.sampled_from([True, True, True, False]))
    def decides(self, accepts: bool) -> None:
        def work(unit: Unit, here: Circumstances) -> Standing | None:
            vera = self.vera(unit)
            taken = reviewing.take(unit, here, vera)
            if not isinstance(taken, Taken):
                return None
            told = taken.testimony
            if accepts:
                return reviewing.accept(unit, here, vera, told.id, told.version)
            return reviewing.set_aside(unit, here, vera, told.id, told.version, "twice")

        def then(standing: Standing | None) -> None:
            if standing is not None:
                assert isinstance(standing, Done)
                self.model.told[standing.testimony.id].state = standing.testimony.state

        self.do(work, then)

    @rule(which=st.integers(0, 99))
    def undoes(self, which: int) -> None:
        told = self.chosen(which, State.ACCEPTED) or self.chosen(which, State.SET_ASIDE)
        if told is None:
            return

        def work(unit: Unit, here: Circumstances) -> Standing:
            vera, kept = self.vera(unit), unit.testimonies.get(told.id, partner="atd")
            assert kept is not None
            undone = reviewing.undo(unit, here, vera, told.id, kept.version)
            if isinstance(undone, Done) and undone.kind is DecisionKind.UNDO:
                reviewing.release(unit, here, vera, told.id, undone.testimony.version)
            return undone

        def then(standing: Standing) -> None:
            if isinstance(standing, Done):
                told.state = State.RECEIVED
                told.hides()
            else:
                # what is sensitive a moderator does not see any more; on what is withheld a colleague built
                assert told.sensitive or told.withheld, standing

        self.do(work, then)

    @rule(which=st.integers(0, 99))
    def finds_it_sensitive(self, which: int) -> None:
        told = self.chosen(which, State.ACCEPTED) if which % 3 == 0 else None
        if told is None:
            return

        def work(unit: Unit, here: Circumstances) -> None:
            kept = unit.testimonies.get(told.id, partner="atd")
            assert kept is not None
            unit.testimonies.save(replace(kept, sensitive=True))

        def then(_: object) -> None:
            told.sensitive = True
            told.hides()

        self.do(work, then)

    @rule(which=st.integers(0, 99))
    def withholds_it(self, which: int) -> None:
        """Never to be published (S36)."""
        told = self.chosen(which, State.ACCEPTED) if which % 3 == 0 else None
        if told is None:
            return

        def work(unit: Unit, here: Circumstances) -> None:
            kept = unit.testimonies.get(told.id, partner="atd")
            assert kept is not None
            unit.testimonies.save(replace(kept, withheld=True))

        def then(_: object) -> None:
            told.withheld = True
            told.hides()

        self.do(work, then)

    @rule(which=st.integers(0, 99))
    def redacts_it_anew(self, which: int) -> None:
        """What was public of the copy before is looked at again (S36)."""
        told = self.chosen(which, State.ACCEPTED)
        if told is None:
            return

        def work(unit: Unit, here: Circumstances) -> None:
            kept = unit.testimonies.get(told.id, partner="atd")
            assert kept is not None
            redacted(unit, kept, self.vera(unit))

        self.do(work, lambda _: told.hides())

    def vera(self, unit: Unit) -> Moderator:
        vera = unit.people.moderator(self.moderator)
        assert vera is not None
        return vera

    @rule(which=st.integers(0, 99), purpose=st.sampled_from(PUBLIC))
    def publishes(self, which: int, purpose: str) -> None:
        told = self.chosen(which)
        if told is None:
            return
        may = told.may_be_public and purpose in told.live

        def work(unit: Unit, here: Circumstances) -> bool:
            try:
                publish(unit, told.id, purpose, here.now)
            except NotAllowed:
                return False
            return True

        def then(published: bool) -> None:
            assert published == may
            if published:
                self.is_published(told, purpose)

        self.do(work, then)

    @rule(which=st.integers(0, 99))
    def shows_the_photo(self, which: int) -> None:
        told = self.chosen(which)
        if told is None:
            return
        may = told.may_be_pictured

        def work(unit: Unit, here: Circumstances) -> bool:
            try:
                unit.pictures.show(told.id, told.medium)
            except NotAllowed:
                return False
            return True

        def then(pictured: bool) -> None:
            assert pictured == may
            if pictured:
                self.happened["photos"] += 1
                told.pictured = True

        self.do(work, then)

    @rule()
    def publishes_all_that_may_be(self) -> None:
        for told in list(self.model.told.values()):
            if told.may_be_public:
                for purpose in PUBLIC:
                    if purpose in told.live and purpose not in told.public:
                        self.do(
                            lambda unit, here, told=told, purpose=purpose: publish(  # type: ignore[misc]
                                unit, told.id, purpose, here.now
                            ),
                            lambda _, told=told, purpose=purpose: self.is_published(told, purpose),  # type: ignore[misc]
                        )
        for number in range(len(self.model.told)):
            self.shows_the_photo(number)

    def is_published(self, told: Told, purpose: str) -> None:
        self.happened["publications"] += 1
        told.public.add(purpose)

    # -- what befalls the machine -------------------------------------------------------------------------------------

    @rule(
        point=st.sampled_from(["statement.before", "commit.before", "commit.after"]), nth=st.integers(1, 40)
    )
    def will_die(self, point: str, nth: int) -> None:
        """In the middle of what comes next."""
        self.doom = point, nth if point.startswith("statement") else 1

    @rule()
    def is_backed_up(self) -> None:
        with self.beside.connect() as connection:
            rows = {
                table.name: [row._asdict() for row in connection.execute(sa.select(table))]
                for table in metadata.sorted_tables
            }
        self.backups = [*self.backups[-2:], (rows, copy.deepcopy(self.model))]

    @rule(which=st.integers(0, 2))
    def is_restored(self, which: int) -> None:
        """Whole, from an earlier moment, with the list of who left; before anything else they leave again."""
        if not self.backups:
            return
        self.doom = None
        self.happened["restores"] += 1
        self.marks |= self.runner.run(self.store.transact(lambda unit: unit.buried()))
        self.shut()
        rows, model = self.backups[which % len(self.backups)]
        with self.beside.begin() as connection:
            tables = [table for table in metadata.sorted_tables if table.name != "journal"]  # it only grows
            for table in reversed(tables):
                connection.execute(sa.delete(table))
            for table in tables:
                if rows[table.name]:
                    connection.execute(sa.insert(table), rows[table.name])
        self.open()

        def leave_again(unit: Any) -> None:
            unit.bury(self.marks)
            unit.forget_again(NOW)

        self.runner.run(self.store.transact(leave_again))
        self.model = copy.deepcopy(model)
        self.model.people = {person: key for person, key in self.model.people.items() if key not in self.left}
        self.model.told = {
            key: each for key, each in self.model.told.items() if each.person in self.model.people
        }
        for told in self.model.told.values():
            if told.id in self.gone:
                told.ends()
            for purpose in [each for each, number in told.live.items() if number in self.taken]:
                told.takes_back(purpose)

    # -- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_public_that_is_not_allowed(self) -> None:
        self.happened["steps"] += 1
        with self.beside.connect() as connection:
            assert connection.exec_driver_sql(UNALLOWED).scalar() == 0
            assert connection.exec_driver_sql(UNALLOWED_PHOTOS).scalar() == 0
            public, pictured, allowed, said = (
                {tuple(row) for row in connection.exec_driver_sql(sql)}
                for sql in (PUBLISHED, PICTURED, ALLOWED, LAST_YES)
            )
        told = self.model.told.values()
        assert public == {(each.id, purpose) for each in told for purpose in each.public}
        assert pictured == {(each.id, each.medium) for each in told if each.pictured}
        assert allowed == {(each.id, purpose) for each in told for purpose in each.live}
        assert said == allowed


def _die() -> None:
    raise Death


def play(source: Source, examples: int, length: int) -> None:
    """So many runs of so many steps."""
    machine: Any = lambda: Sequences(source)  # noqa: E731  (made anew for each run, with this source)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=length,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_anybody_does_nothing_is_public_without_a_live_yes(source: Source) -> None:
    """S31, S40: and nothing else was taken back."""
    play(source, 8, 25)


@pytest.mark.soak
def test_a_hundred_thousand_steps_show_nothing_that_is_not_allowed(source: Source) -> None:
    """S31."""
    Sequences.happened.clear()
    while Sequences.happened["steps"] < 100_000:
        play(source, 100, 100)
    print(", ".join(f"{what} {count:,}" for what, count in Sequences.happened.most_common()))
