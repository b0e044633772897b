"""Testimonies, their consents and decisions. Every query names the partner or the respondent (assurance S20)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from bot.people import Consent
from bot.ports import AT_ONCE, Origin, Stale
from bot.testimony import Decision, DecisionKind, Exchange, State, Testimony
from storage.cases import Cases
from storage.codings import Codings
from storage.failing import point
from storage.forwards import Forwards
from storage.isolation import house
from storage.looks import Looks
from storage.media import Media
from storage.permissions import Permissions
from storage.publications import Publications
from storage.rows import Rows, among, insert_once, this, word
from storage.tables import decisions, offers, partners, renditions, testimonies
from storage.tombstones import Tombstones
from storage.unsaid import Unsaid

TESTIMONY = "testimony"
WORDS = "testimonies.words"
EXCHANGES = "testimonies.exchanges"
REASON = "decisions.reason"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

_PARTNER = sa.and_(
    testimonies.c.partner == sa.bindparam("partner"),
    testimonies.c.barred.is_(sa.false()),  # what may speak of its own people a partner never finds (S34)
)
_RESPONDENT = testimonies.c.respondent == sa.bindparam("respondent")
_IN_REVIEW = testimonies.c.state == word("in_review")
_UNREAD = testimonies.c.state.in_([word("received"), word("in_review")])
"""As the index of what waits has it: each statement that says so reads that index alone."""
RECEIVED = sa.and_(_UNREAD, testimonies.c.state == word("received"))
RAN_OUT = sa.and_(_IN_REVIEW, testimonies.c.claimed_until <= sa.bindparam("now"))
LANE = sa.and_(_PARTNER, testimonies.c.sensitive == sa.bindparam("sensitive"))
WAITS = sa.and_(LANE, _UNREAD, sa.or_(RECEIVED, RAN_OUT))
_DECIDED = testimonies.c.state.in_([word("accepted"), word("set_aside"), word("withdrawn")])
_UNDECIDED = testimonies.c.state.in_([word("received"), word("in_review"), word("returned")])
_EVERY_LANE = testimonies.c.sensitive.in_([sa.true(), sa.false()])
"""True of each row; by it the index of the queue is found by state where both lanes are asked for."""

ADD = insert_once(testimonies, testimonies.c.receipt)
GET = sa.select(testimonies).where(this(testimonies.c.id), _PARTNER)
HOLD = GET.where(testimonies.c.version == sa.bindparam("seen")).with_for_update(skip_locked=True)
BARRED = house(sa.select(testimonies).where(this(testimonies.c.id), testimonies.c.barred), "row")
OWN = sa.select(testimonies).where(this(testimonies.c.id), _RESPONDENT)
OF = sa.select(testimonies).where(_RESPONDENT).order_by(testimonies.c.received_at.desc(), testimonies.c.id)
_TOLD = (
    _PARTNER,
    testimonies.c.form == sa.bindparam("form"),
    testimonies.c.received_at >= sa.bindparam("since"),
    testimonies.c.sensitive.is_(sa.false()),
    testimonies.c.state.not_in([word("set_aside"), word("withdrawn")]),
)
TOLD = (
    sa.select(testimonies.c.id)
    .where(*_TOLD, testimonies.c.received_at < sa.bindparam("until"))
    .order_by(testimonies.c.id)
)
TOLD_FIRST = sa.select(testimonies.c.received_at).where(*_TOLD).order_by(testimonies.c.received_at).limit(1)


def _by_pages(state: State) -> sa.Select[Any]:
    """What a partner has of these forms in this state, the newest first."""
    return (
        sa.select(testimonies)
        .where(
            _PARTNER,
            testimonies.c.sensitive.is_(sa.false()),
            testimonies.c.state == word(state),
            testimonies.c.received_at >= sa.bindparam("since"),
            testimonies.c.received_at <= sa.bindparam("until"),
            sa.or_(
                testimonies.c.received_at < sa.bindparam("until"),
                testimonies.c.id < sa.bindparam("below"),
            ),
            among(testimonies.c.form, "forms"),
        )
        .order_by(testimonies.c.received_at.desc(), testimonies.c.id.desc())
        .limit(sa.bindparam("most"))
    )


ACCEPTED, SET_ASIDE = _by_pages(State.ACCEPTED), _by_pages(State.SET_ASIDE)
ORIGINS = house(
    sa.select(
        testimonies.c.id,
        testimonies.c.respondent,
        testimonies.c.partner,
        testimonies.c.country,
        testimonies.c.sensitive,
        testimonies.c.received_at,
    ).order_by(testimonies.c.received_at, testimonies.c.id),
    "breach",
)
ANSWERS = (
    sa.select(sa.func.count())
    .select_from(testimonies)
    .where(
        testimonies.c.campaign == sa.bindparam("which"),
        testimonies.c.campaign != sa.literal_column("''"),
        testimonies.c.partner == sa.bindparam("partner"),
    )
)
SAVE = sa.update(testimonies).where(
    this(testimonies.c.id),
    testimonies.c.version == sa.bindparam("seen"),
    testimonies.c.partner == sa.bindparam("of_partner"),
)


def _first(waits: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The oldest of those that wait for one reason: one row of the index, however many wait."""
    return (
        sa.select(testimonies)
        .where(LANE, waits, testimonies.c.respondent != sa.bindparam("besides"))
        .order_by(testimonies.c.received_at, testimonies.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


NEXT = _first(RECEIVED)
NEXT_RAN_OUT = _first(RAN_OUT)
WAITING = sa.select(sa.func.count()).select_from(
    sa.select(testimonies.c.id).where(WAITS).limit(sa.bindparam("most")).subquery()
)
CLAIMED = (
    sa.select(testimonies)
    .where(
        _PARTNER,
        _EVERY_LANE,
        _IN_REVIEW,
        this(testimonies.c.claimed_by),
        testimonies.c.claimed_until > sa.bindparam("now"),
    )
    .order_by(testimonies.c.received_at, testimonies.c.id)
)
ERASE = (
    sa.update(testimonies)
    .where(this(testimonies.c.id), testimonies.c.respondent == sa.bindparam("whose"))
    .values(words=None, exchanges=None, country="", association="")
)
_OLD = house(
    sa.select(testimonies.c.id, testimonies.c.respondent)
    .where(
        testimonies.c.partner.in_(sa.select(partners.c.id)),  # all of them: so the index of the queue is used
        _EVERY_LANE,
        testimonies.c.received_at < sa.bindparam("before"),
    )
    .limit(sa.bindparam("most")),
    "retention",
)
OLDER, UNREAD = _OLD.where(_DECIDED), _OLD.where(_UNDECIDED)
_HERS = testimonies.c.respondent == sa.bindparam("whose")
_DROP = sa.delete(testimonies).where(this(testimonies.c.id), _HERS)
_THERE = house(
    sa.select(testimonies.c.id, testimonies.c.respondent).where(testimonies.c.state != word("withdrawn")),
    "restore",
)
_WITHDRAW = (
    sa.update(testimonies)
    .where(this(testimonies.c.id), _HERS)
    .values(state=word("withdrawn"), claimed_by=None, claimed_until=None, version=testimonies.c.version + 1)
)

_ADD_DECISION = insert_once(decisions, decisions.c.testimony, decisions.c.version)
_DECISIONS = house(
    sa.select(decisions, testimonies.c.respondent)
    .join(testimonies, testimonies.c.id == decisions.c.testimony)
    .where(this(decisions.c.testimony))
    .order_by(decisions.c.version, decisions.c.at),
    "row",
)
_ERASE_REASONS = sa.update(decisions).where(this(decisions.c.testimony)).values(reason=None)
_DROP_DECISIONS = sa.delete(decisions).where(this(decisions.c.testimony))
_DROP_RENDITIONS = sa.delete(renditions).where(this(renditions.c.testimony))
_DROP_OFFERS = sa.delete(offers).where(this(offers.c.testimony))


class Testimonies(Rows):
    """The Testimonies port."""

    __slots__ = ()

    def add(self, testimony: Testimony, consents: Sequence[Consent]) -> Testimony:
        """Keep a testimony with its consents. Where the receipt is taken already, ValueError and nothing is kept."""
        row = self._row(testimony) | {
            "id": testimony.id,
            "receipt": testimony.receipt,
            "respondent": testimony.respondent,
            "partner": testimony.partner,
            "form": testimony.form,
            "form_version": testimony.form_version,
            "received_at": testimony.received_at,
            "version": testimony.version,
        }
        if not self._connection.execute(ADD, row).rowcount:
            raise ValueError(f"the receipt {testimony.receipt} is taken")
        point("testimonies.after_insert")
        self.add_consents(consents)
        return testimony

    def get(self, id: str, *, partner: str) -> Testimony | None:
        """One testimony gathered for that partner."""
        return self._one(GET, {"this": id, "partner": partner})

    def hold(self, id: str, version: int, *, partner: str) -> Testimony | None:
        """The same at this version, nobody else's until the transaction ends; None where it changed, or somebody has it
        in hand at this moment.
        """
        return self._one(HOLD, {"this": id, "seen": version, "partner": partner})

    def barred(self, id: str) -> Testimony | None:
        """One that nobody of its partner may see, to be given to others."""
        return self._one(BARRED, {"this": id})

    def own(self, id: str, *, respondent: str) -> Testimony | None:
        """One testimony of that respondent."""
        return self._one(OWN, {"this": id, "respondent": respondent})

    def of(self, respondent: str) -> list[Testimony]:
        """All of a respondent's testimonies, newest first."""
        rows = self._connection.execute(OF, {"respondent": respondent}).all()
        return [self._testimony(row) for row in rows]

    def told(self, form: str, *, partner: str, since: datetime, until: datetime) -> list[str]:
        """The ids of what was told in a form and received in that time, in no order that says when: nothing sensitive,
        set aside or withdrawn.
        """
        values = {"form": form, "partner": partner, "since": since, "until": until}
        return list(self._connection.execute(TOLD, values).scalars())

    def told_first(self, form: str, *, partner: str, since: datetime | None = None) -> datetime | None:
        """When the first of it was received since then; None where nothing was."""
        values = {"form": form, "partner": partner, "since": since or _BEGINNING}
        found: datetime | None = self._connection.execute(TOLD_FIRST, values).scalar()
        return found

    def accepted(
        self,
        forms: Collection[str],
        *,
        partner: str,
        since: datetime,
        until: tuple[datetime, str],
        most: int,
    ) -> list[Testimony]:
        """What is accepted of these forms, received since then and before a moment (at that very moment: those whose id
        is below), the newest first, at most so many: nothing sensitive.
        """
        return self._page(ACCEPTED, forms, partner, since, until, most)

    def set_aside(
        self,
        forms: Collection[str],
        *,
        partner: str,
        since: datetime,
        until: tuple[datetime, str],
        most: int,
    ) -> list[Testimony]:
        """What is set aside, in the same way."""
        return self._page(SET_ASIDE, forms, partner, since, until, most)

    def _page(
        self,
        statement: sa.Select[Any],
        forms: Collection[str],
        partner: str,
        since: datetime,
        until: tuple[datetime, str],
        most: int,
    ) -> list[Testimony]:
        at, below = until
        values = {
            "partner": partner,
            "since": since,
            "until": at,
            "below": below,
            "forms": forms,
            "most": most,
        }
        return [self._testimony(row) for row in self._connection.execute(statement, values).all()]

    def answers(self, campaign: str, *, partner: str) -> int:
        """How much was told because a campaign asked, by a check-in or by its link."""
        count: int = self._connection.execute(ANSWERS, {"which": campaign, "partner": partner}).scalar() or 0
        return count

    def origins(self) -> list[Origin]:
        """Every testimony that is there, whoever's it is, without a word of it: for a breach (S46)."""
        return [Origin(*row) for row in self._connection.execute(ORIGINS)]

    def save(self, testimony: Testimony) -> Testimony:
        """Write with compare-and-set on `version`; Stale when someone was faster (R35).

        A withdrawn one keeps no words. What is not accepted any more, is sensitive or withheld, is no longer public;
        what is accepted and may be published waits for its second look.
        """
        return self._save(testimony, testimony.partner)

    def hand_over(self, testimony: Testimony, *, to: str) -> Testimony:
        """Write like `save`; from now on it is another partner's, and as if it had never been this one's (S20)."""
        return replace(self._save(testimony, to), partner=to)

    def _save(self, testimony: Testimony, partner: str) -> Testimony:
        looks = Looks(self._connection, self._seals)
        public = testimony.state is State.ACCEPTED and not testimony.sensitive and not testimony.withheld
        if not public:
            self._unpublish(testimony)
        row = self._row(testimony) | {
            "this": testimony.id,
            "partner": partner,
            "of_partner": testimony.partner,
            "seen": testimony.version,
            "version": testimony.version + 1,
        }
        if not self._connection.execute(SAVE, row).rowcount:
            raise Stale("the testimony changed meanwhile")
        looks.wait(testimony.id) if public else looks.drop(testimony.id)
        self._take_back(testimony, partner)
        return replace(testimony, version=testimony.version + 1)

    def next(
        self, *, partner: str, sensitive: bool, now: datetime, besides: str | None = None
    ) -> Testimony | None:
        """The oldest that waits: received, or in review with a claim that ran out; none of the respondent `besides`."""
        values = {"partner": partner, "sensitive": sensitive, "besides": besides or ""}
        found = [self._one(NEXT, values), self._one(NEXT_RAN_OUT, values | {"now": now})]
        return min((each for each in found if each is not None), key=_age, default=None)

    def waiting(self, *, partner: str, sensitive: bool, now: datetime, most: int) -> int:
        """How many wait, counted no further than `most`."""
        values = {"partner": partner, "sensitive": sensitive, "now": now, "most": most}
        count: int = self._connection.execute(WAITING, values).scalar()
        return count

    def claimed(self, moderator: str, *, partner: str, now: datetime) -> list[Testimony]:
        """What this moderator holds a running claim on, oldest first."""
        rows = self._connection.execute(CLAIMED, {"this": moderator, "partner": partner, "now": now}).all()
        return [self._testimony(row) for row in rows]

    def consents(self, testimony: str) -> list[Consent]:
        """The latest consent of each purpose, oldest first."""
        return self._permissions.latest(testimony)

    def add_consents(self, consents: Sequence[Consent]) -> None:
        """Keep what was said about purposes; the last word about each counts, and what is taken back is not public."""
        for testimony, said in groupby(consents, key=lambda each: each.testimony):
            self._permissions.say(testimony, list(said))

    def add_decision(self, decision: Decision, *, respondent: str) -> None:
        """Keep a decision, its reason sealed with the respondent's key. Stale where that version has one already."""
        reason = self._seals.bytes_in(
            decision.reason.encode("utf-8", "surrogatepass"), REASON, decision.id, respondent
        )
        row = {
            "id": decision.id,
            "testimony": decision.testimony,
            "moderator": decision.moderator,
            "kind": str(decision.kind),
            "reason": reason,
            "at": decision.at,
            "version": decision.version,
        }
        if not self._connection.execute(_ADD_DECISION, row).rowcount:
            raise Stale("this version was decided already")

    def decisions(self, testimony: str) -> list[Decision]:
        """Oldest first."""
        return [
            Decision(
                id=row.id,
                testimony=row.testimony,
                moderator=row.moderator,
                kind=DecisionKind(row.kind),
                reason=self._reason(row),
                at=row.at,
                version=row.version,
            )
            for row in self._connection.execute(_DECISIONS, {"this": testimony}).all()
        ]

    def erase_words(self, id: str, *, respondent: str, now: datetime) -> None:
        """Withdrawn: drop answers, exchanges, renditions, country, media, reasons, codes and permissions, and what
        was still to be said of it; nothing of it is public.

        The row stays, empty, with its receipt, and a keyed tombstone by which a restore withdraws it again (S40).
        """
        testimony = self.own(id, respondent=respondent)
        if testimony is None:
            return
        self._drop_media(testimony)
        self._connection.execute(ERASE, {"this": id, "whose": respondent})
        self._connection.execute(_ERASE_REASONS, {"this": id})
        self._connection.execute(_DROP_RENDITIONS, {"this": id})
        self._connection.execute(_DROP_OFFERS, {"this": id})
        Codings(self._connection, self._seals).drop(id)
        Unsaid(self._connection, self._seals).withdrawn(respondent, id, now)
        self._permissions.withdraw(id)
        Cases(self._connection, self._seals).erase(id)
        Tombstones(self._connection, self._seals).bury(TESTIMONY, id, now)

    def withdraw_again(self, now: datetime) -> int:
        """Withdraw again whatever has a tombstone: after a restore (S40); how many."""
        whose = {row.id: row.respondent for row in self._connection.execute(_THERE)}
        back = Tombstones(self._connection, self._seals).among(TESTIMONY, whose)
        for each in back:
            granted = [consent for consent in self.consents(each) if consent.granted]
            self.erase_words(each, respondent=whose[each], now=now)
            self.add_consents([replace(consent, granted=False, at=now) for consent in granted])
            self._connection.execute(_WITHDRAW, {"this": each, "whose": whose[each]})
        return len(back)

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop decided and withdrawn testimonies received before this, with all that hangs on them (S41), at most so
        many at once; how many.
        """
        return self._drop_all(OLDER, before, most)

    def drop_unread(self, before: datetime, most: int = AT_ONCE) -> int:
        """The same for testimonies nobody decided on."""
        return self._drop_all(UNREAD, before, most)

    def _drop_all(self, which: sa.Select[Any], before: datetime, most: int) -> int:
        old = self._connection.execute(which, {"before": before, "most": most}).all()
        for row in old:
            testimony = self.own(row.id, respondent=row.respondent)
            if testimony is not None:
                self._drop_media(testimony)
            self._permissions.drop(row.id)
            Codings(self._connection, self._seals).drop(row.id)
            Cases(self._connection, self._seals).drop(row.id)
            for statement in (_DROP_DECISIONS, _DROP_RENDITIONS, _DROP_OFFERS):
                self._connection.execute(statement, {"this": row.id})
            self._connection.execute(_DROP, {"this": row.id, "whose": row.respondent})
        return len(old)

    def take_back_again(self, now: datetime) -> int:
        """Take back every permission that has a tombstone: after a restore (S31); how many."""
        return self._permissions.take_back_again(now)

    @property
    def _permissions(self) -> Permissions:
        return Permissions(self._connection, self._seals)

    def _unpublish(self, testimony: Testimony) -> None:
        """Take it from before everybody, unless someone was faster; then nothing changes."""
        publications = Publications(self._connection, self._seals)
        held = publications.hold(testimony.id)
        if held is None or held.version != testimony.version:
            raise Stale("the testimony changed meanwhile")
        publications.unpublish(testimony.id)

    def _take_back(self, testimony: Testimony, partner: str) -> None:
        """What is not accepted any more is not handed on; what is out for good is asked back."""
        forwards = Forwards(self._connection, self._seals)
        given_away = partner != testimony.partner
        if testimony.sensitive or given_away or testimony.state in {State.SET_ASIDE, State.WITHDRAWN}:
            forwards.take_back(testimony.id)
        elif testimony.state is not State.ACCEPTED:
            forwards.stay(testimony.id)

    def _drop_media(self, testimony: Testimony) -> None:
        named = [dict(testimony.answers), [exchange.media for exchange in testimony.exchanges]]
        Media(self._connection, self._seals).drop_named(testimony.respondent, named)

    def _one(self, statement: sa.Select[Any], values: Mapping[str, Any]) -> Testimony | None:
        row = self._connection.execute(statement, values).first()
        return None if row is None else self._testimony(row)

    def _row(self, testimony: Testimony) -> dict[str, Any]:
        """What `add` and `save` both write."""
        gone = testimony.state is State.WITHDRAWN
        return {
            "language": testimony.language,
            "country": "" if gone else testimony.country,
            "association": "" if gone else testimony.association,
            "sensitive": testimony.sensitive,
            "state": str(testimony.state),
            "words": None if gone else self._words(testimony),
            "exchanges": None if gone else self._exchanges(testimony),
            "claimed_by": testimony.claimed_by,
            "claimed_until": testimony.claimed_until,
            "withheld": testimony.withheld,
            "campaign": testimony.campaign,
            "barred": testimony.barred,
            "wants": testimony.wants,
        }

    def _words(self, testimony: Testimony) -> bytes:
        plain = {"answers": testimony.answers, "themes": testimony.themes, "said": testimony.said}
        if testimony.elsewhere:
            plain["elsewhere"] = testimony.elsewhere
        return self._seals.into(plain, WORDS, testimony.id, testimony.respondent)

    def _exchanges(self, testimony: Testimony) -> bytes:
        plain = [[each.question, each.answer, each.media] for each in testimony.exchanges]
        return self._seals.into(plain, EXCHANGES, testimony.id, testimony.respondent)

    def _testimony(self, row: Any) -> Testimony:
        words: dict[str, Any] = {"answers": {}, "themes": [], "said": {}}
        if row.words is not None:
            words = self._seals.out_of(row.words, WORDS, row.id, row.respondent)
        exchanges: list[Any] = []
        if row.exchanges is not None:
            exchanges = self._seals.out_of(row.exchanges, EXCHANGES, row.id, row.respondent)
        return Testimony(
            id=row.id,
            receipt=row.receipt,
            respondent=row.respondent,
            partner=row.partner,
            form=row.form,
            form_version=row.form_version,
            language=row.language,
            country=row.country,
            themes=tuple(words["themes"]),
            sensitive=row.sensitive,
            state=State(row.state),
            received_at=row.received_at,
            answers=words["answers"],
            exchanges=tuple(
                Exchange(question, answer, tuple(media)) for question, answer, media in exchanges
            ),
            claimed_by=row.claimed_by,
            claimed_until=row.claimed_until,
            said={int(message): text for message, text in words["said"].items()},
            association=row.association,
            version=row.version,
            withheld=row.withheld,
            barred=row.barred,
            wants=row.wants,
            campaign=row.campaign,
            elsewhere=words.get("elsewhere", {}),
        )

    def _reason(self, row: Any) -> str:
        if row.reason is None:
            return ""
        return self._seals.bytes_out(row.reason, REASON, row.id, row.respondent).decode(
            "utf-8", "surrogatepass"
        )


def _age(testimony: Testimony) -> tuple[datetime, str]:
    """What comes first is read first."""
    return testimony.received_at, testimony.id
