"""The log of API calls: a ring with a running number, so that one can ask for what came since."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.parameters import Upload
from sandbox.refusal import Json


@dataclass(frozen=True, slots=True)
class Call:
    """One API call. `code` is 200, an error code, or 0 when no answer was given; uploads stand by name and size."""

    seq: int
    at: float
    method: str
    parameters: Json
    code: int
    answer: Json
    fault: str = ""
    uploads: dict[str, Upload] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the bot was told of success."""
        return self.code == 200

    @property
    def as_json(self) -> Json:
        """For HTTP and files."""
        return {
            "seq": self.seq,
            "at": self.at,
            "method": self.method,
            "parameters": self.parameters,
            "code": self.code,
            "answer": self.answer,
            **({"fault": self.fault} if self.fault else {}),
        }


def call_of(
    seq: int, at: float, method: str, parameters: Json, code: int, answer: Json, fault: str = ""
) -> Call:
    """A call to be noted, whose parameters may hold uploads."""
    uploads = {name: value for name, value in parameters.items() if isinstance(value, Upload)}
    shown = {name: {"file": each.name, "size": len(each.data)} for name, each in uploads.items()}
    return Call(seq, at, method, parameters | shown, code, answer, fault, uploads)


class Journal:
    """The last `size` calls; older ones are forgotten."""

    def __init__(self, size: int) -> None:
        self._calls: deque[Call] = deque(maxlen=size)
        self.seq = 0
        """The number of the last call; the cursor for `since`."""
        self.counts: dict[str, int] = {}
        """Calls by method since the beginning."""
        self.listeners: list[Callable[[Call], None]] = []

    def add(self, at: float, method: str, parameters: Json, code: int, answer: Json, fault: str = "") -> None:
        """Note a call."""
        self.seq += 1
        self.counts[method] = self.counts.get(method, 0) + 1
        call = call_of(self.seq, at, method, parameters, code, answer, fault)
        self._calls.append(call)
        for listener in tuple(self.listeners):
            listener(call)

    def since(self, seq: int = 0, method: str | None = None) -> list[Call]:
        """Calls with a number above `seq`, of one method if wanted, oldest first."""
        begin = self._calls[0].seq if self._calls else 0
        skip = max(seq + 1 - begin, 0)
        wanted = list(self._calls)[skip:]
        return [call for call in wanted if method is None or call.method == method]
