"""Functions that reckon."""

import math
from collections.abc import Callable, Iterable, Sequence

from dialogs.xpath.closures import DATE, Code, Frame, Scope, each_text, number_from, text_of
from dialogs.xpath.functions.registry import Function, of_node, pure
from dialogs.xpath.values import NAN, Days, Value, begins_as_date, read_number, rounded


def _guarded(work: Callable[..., float]) -> Callable[..., float]:
    """Let `work` answer as IEEE 754 does: NaN outside its domain, infinity where it is too large."""

    def answer(*numbers: float) -> float:
        try:
            return work(*numbers)
        except OverflowError:
            return math.inf
        except ValueError:
            return NAN

    return answer


def _logarithm(work: Callable[[float], float]) -> Callable[[float], float]:
    return lambda number: work(number) if number > 0 else (-math.inf if number == 0 else NAN)


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and math.fmod(exponent, 2) else math.inf
    except ValueError:
        return math.inf if base == 0 else NAN


def _whole(work: Callable[[float], int]) -> Callable[[float], float]:
    """Let `work` keep the sign of a zero: ceiling(-0.5) is -0 (XPath 1.0, 4.4)."""
    return lambda number: math.copysign(work(number), number) if math.isfinite(number) else number


def _round(number: float, places: float = 0.0) -> float:
    return rounded(number, int(max(-1000.0, min(places, 1000.0)))) if not math.isnan(places) else NAN


def _number(value: Value, scope: Scope) -> float:
    """number(): a date keeps its whole days beside the fraction."""
    if isinstance(value, float):
        return value
    text = text_of(value, scope) if not isinstance(value, bool) else ""
    number = number_from(value, scope) if isinstance(value, bool) else read_number(text)
    if not math.isnan(number) or not begins_as_date(text):
        return number
    scope.budget.spend(DATE)
    calendar = scope.calendar
    moment = calendar.read(text)
    return NAN if moment is None else Days(calendar.days(moment), calendar.whole_days(moment))


def _integer(number: float) -> float:
    if isinstance(number, Days):
        return float(number.whole)
    return _truncated(number)


_truncated = _whole(math.trunc)


def _build_number(argument: Code) -> Code:
    run = argument.run
    return Code("number", lambda frame: _number(run(frame), frame.scope), True, size=2)


def _build_integer(arguments: Sequence[Code]) -> Code:
    run = arguments[0].run
    return Code("number", lambda frame: _integer(_number(run(frame), frame.scope)), True)


def _over_all(work: Callable[[Iterable[float]], float], *, skip_empty: bool) -> Function:
    """Describe a function over the numbers of all nodes and values it is given."""

    def build(arguments: Sequence[Code]) -> Code:
        each = [each_text(argument) for argument in arguments]

        def run(frame: Frame) -> float:
            texts = [text for every in each for text in every(frame)]
            return work(number_from(text, frame.scope) for text in texts if text or not skip_empty)

        return Code("number", run, True)

    return Function(1, None, build)


def _extreme(choose: Callable[[Sequence[float]], float]) -> Callable[[Iterable[float]], float]:
    def of(numbers: Iterable[float]) -> float:
        found = list(numbers)
        return NAN if not found or any(math.isnan(number) for number in found) else choose(found)

    return of


def _count(arguments: Sequence[Code]) -> Code:
    nodes = arguments[0].nodes()
    return Code("number", lambda frame: float(len(nodes(frame))), True)


def _count_written(arguments: Sequence[Code]) -> Code:
    arguments[0].nodes()
    texts = each_text(arguments[0])
    return Code("number", lambda frame: float(sum(bool(text) for text in texts(frame))), True)


FUNCTIONS = {
    "number": of_node("number", _build_number),
    "int": Function(1, 1, _build_integer),
    "round": pure("number", _round, "NN", 1),
    "floor": pure("number", _whole(math.floor), "N"),
    "ceiling": pure("number", _whole(math.ceil), "N"),
    "abs": pure("number", abs, "N"),
    "pow": pure("number", _power, "NN"),
    "sqrt": pure("number", _guarded(math.sqrt), "N"),
    "exp": pure("number", _guarded(math.exp), "N"),
    "exp10": pure("number", lambda number: _power(10.0, number), "N"),
    "log": pure("number", _logarithm(math.log), "N"),
    "log10": pure("number", _logarithm(math.log10), "N"),
    "pi": pure("number", lambda: math.pi, ""),
    "sin": pure("number", _guarded(math.sin), "N"),
    "cos": pure("number", _guarded(math.cos), "N"),
    "tan": pure("number", _guarded(math.tan), "N"),
    "asin": pure("number", _guarded(math.asin), "N"),
    "acos": pure("number", _guarded(math.acos), "N"),
    "atan": pure("number", math.atan, "N"),
    "atan2": pure("number", math.atan2, "NN"),
    "sum": _over_all(lambda numbers: sum(numbers, 0.0), skip_empty=True),
    "min": _over_all(_extreme(min), skip_empty=False),
    "max": _over_all(_extreme(max), skip_empty=False),
    "count": Function(1, 1, _count),
    "count-non-empty": Function(1, 1, _count_written),
    "random": Function(0, 0, lambda _: Code("number", lambda frame: frame.scope.chance(), True, True)),
}
