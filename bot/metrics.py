"""What happens, counted for Prometheus. Numbers only: no label tells of a person, a chat or a word (S27)."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from bot import forward
from bot.outbox import Kind, Later, Outcome, Refused, Sent, Unknown
from bot.ports import Backlog, Meter, Unit

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

STEP_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
COMMIT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

OUTCOMES: Mapping[type[Outcome], str] = {Sent: "sent", Later: "later", Refused: "refused", Unknown: "unknown"}
HANDED: Mapping[type[forward.Outcome], str] = {
    forward.Taken: "sent",
    forward.Later: "later",
    forward.Hold: "held",
    forward.Stop: "stopped",
}

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second line for each counter, which says when it was made


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits, as the store has it. `lane`: some case of the sensitive lane needs the operator; never how many.
    `forwards`: what is to be handed on; `stopped`: data servers that take nothing until somebody looks.
    """

    inbox: Backlog
    aside: int
    outbox: Mapping[Kind, Backlog]
    forwards: Backlog
    stopped: int
    lane: bool = False


def waiting(unit: Unit) -> Waiting:
    """Read what waits."""
    return Waiting(
        unit.inbox.backlog(),
        unit.inbox.aside(),
        unit.outbox.backlog(),
        unit.forwards.backlog(),
        unit.targets.stopped(),
        bool(unit.cases.unread()),
    )


class Metrics(Meter):
    """The Meter, and what a scrape is told. Each has a registry of its own. What each means: docs/operators.md."""

    def __init__(self, database: str) -> None:
        self._happened = CollectorRegistry()
        self._waits = CollectorRegistry()
        happened, waits = self._happened, self._waits
        ProcessCollector(registry=happened)
        built = Info("voices_build", "This program", registry=happened)
        built.info({"version": version("voices"), "python": platform.python_version(), "database": database})
        self._received = Counter("voices_updates_received", "Updates kept", registry=happened)
        self._step = Histogram(
            "voices_step_seconds", "One update, to its commit", registry=happened, buckets=STEP_SECONDS
        )
        deliveries = Counter(
            "voices_deliveries", "Tries to say something", ("kind", "outcome"), registry=happened
        )
        self._deliveries = {
            (kind, outcome): deliveries.labels(kind, word)
            for kind in Kind
            for outcome, word in OUTCOMES.items()
        }
        handed = Counter("voices_forwards", "Tries to hand a voice on", ("outcome",), registry=happened)
        self._handed = {outcome: handed.labels(word) for outcome, word in HANDED.items()}
        self._slowed = Counter("voices_too_many_requests", "Answers 429 of Telegram", registry=happened)
        self._turned_away = Counter("voices_webhook_refused", "Calls without the secret", registry=happened)
        self._missed = Counter("voices_checkins_missed", "Check-ins left as too late", registry=happened)
        self._transaction = Histogram(
            "voices_transaction_seconds", "Begin to commit", registry=happened, buckets=COMMIT_SECONDS
        )
        self._away = Counter("voices_store_unavailable", "Works the store did not take", registry=happened)
        self._open = Gauge("voices_inbox_open", "Updates not handled yet", registry=waits)
        self._lag = Gauge("voices_inbox_lag_seconds", "How long the oldest of them is due", registry=waits)
        self._aside = Gauge("voices_inbox_aside", "Updates set aside", registry=waits)
        self._lane = Gauge(
            "voices_lane_alarm", "1: a private case nobody may read, or nobody has read", registry=waits
        )
        self._due = Gauge("voices_outbox_due", "Messages still to be said", ("kind",), registry=waits)
        self._oldest = Gauge(
            "voices_outbox_oldest_seconds", "How long the oldest of them is due", ("kind",), registry=waits
        )
        self._forwards = Gauge("voices_forwards_due", "Voices still to be handed on", registry=waits)
        self._forwards_oldest = Gauge(
            "voices_forwards_oldest_seconds", "How long the oldest of them is due", registry=waits
        )
        self._stopped = Gauge("voices_targets_stopped", "Data servers that take nothing", registry=waits)

    def received(self, updates: int) -> None:
        """So many updates were kept."""
        self._received.inc(updates)

    def stepped(self, seconds: float) -> None:
        """An update was handled and committed."""
        self._step.observe(seconds)

    def slowed(self) -> None:
        """Telegram answered 429."""
        self._slowed.inc()

    def turned_away(self) -> None:
        """Somebody without the secret spoke to the webhook."""
        self._turned_away.inc()

    def missed(self, checkins: int) -> None:
        """So many check-ins were left, as their time had passed."""
        self._missed.inc(checkins)

    def committed(self, seconds: float) -> None:
        """A transaction took so long from begin to commit."""
        self._transaction.observe(seconds)

    def away(self) -> None:
        """The store was Unavailable to a work."""
        self._away.inc()

    def delivered(self, kind: Kind, outcome: Outcome) -> None:
        """What came of one try to say something."""
        self._deliveries[kind, type(outcome)].inc()

    def handed_on(self, outcome: forward.Outcome) -> None:
        """What came of one try to hand a voice on."""
        self._handed[type(outcome)].inc()

    def text(self, waits: Waiting | None, now: datetime) -> bytes:
        """Everything, in Prometheus' text format; of what waits nothing where it could not be read."""
        told: bytes = generate_latest(self._happened)
        if waits is None:
            return told
        self._open.set(waits.inbox.count)
        self._lag.set(_age(waits.inbox, now))
        self._aside.set(waits.aside)
        self._lane.set(waits.lane)
        for kind, backlog in waits.outbox.items():
            self._due.labels(kind).set(backlog.count)
            self._oldest.labels(kind).set(_age(backlog, now))
        self._forwards.set(waits.forwards.count)
        self._forwards_oldest.set(_age(waits.forwards, now))
        self._stopped.set(waits.stopped)
        return told + generate_latest(self._waits)


def _age(backlog: Backlog, now: datetime) -> float:
    return max(0.0, (now - backlog.since).total_seconds()) if backlog.since else 0.0
