"""Functions on places: the area of a shape, the length of a line, whether a point lies in a shape."""

import itertools
import math
from collections.abc import Callable, Sequence

from dialogs.xpath.closures import Code, Frame, each_text
from dialogs.xpath.functions.registry import Function
from dialogs.xpath.values import read_number

EARTH_RADIUS = 6_378_100
"""Metres; the radius both of ODK's engines reckon with."""

Point = tuple[float, float]
"""Latitude and longitude in degrees."""


def points_of(text: str) -> list[Point] | None:
    """Read "latitude longitude [altitude [accuracy]]" points, set apart by semicolons; None where one is none."""
    points = []
    for piece in text.strip().rstrip(";").split(";"):
        numbers = [read_number(word) for word in piece.split()]
        if not 2 <= len(numbers) <= 4:
            return None
        latitude, longitude = numbers[0], numbers[1]
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):
            return None
        points.append((latitude, longitude))
    return points


def area_of(points: Sequence[Point]) -> float:
    """Return the area of a shape on the sphere, in square metres to the hundredth."""
    if len(points) < 3:
        return 0.0
    total = 0.0
    for (latitude, longitude), (next_latitude, next_longitude) in zip(
        points, [*points[1:], points[0]], strict=True
    ):
        total += math.radians(next_longitude - longitude) * (
            2 + math.sin(math.radians(latitude)) + math.sin(math.radians(next_latitude))
        )
    return round(abs(total * EARTH_RADIUS**2 / 2), 2)


def length_of(points: Sequence[Point]) -> float:
    """Return the length of a line on the sphere, in metres to the hundredth."""
    return round(math.fsum(_between(*pair) for pair in itertools.pairwise(points)), 2)


def _between(one: Point, other: Point) -> float:
    latitude, other_latitude = math.radians(one[0]), math.radians(other[0])
    apart = math.radians(one[1] - other[1])
    cosine = math.sin(latitude) * math.sin(other_latitude) + (
        math.cos(latitude) * math.cos(other_latitude) * math.cos(apart)
    )
    return math.acos(max(-1.0, min(1.0, cosine))) * EARTH_RADIUS


def encloses(shape: Sequence[Point], point: Point) -> bool:
    """Say whether `point` lies in a closed `shape`, by the crossings of a ray."""
    if len(shape) < 4 or shape[0] != shape[-1]:
        return False
    y, x = point
    inside = False
    for (y1, x1), (y2, x2) in itertools.pairwise(shape):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _points(text: str, frame: Frame) -> list[Point] | None:
    """Read points at their price."""
    frame.scope.budget.spend(len(text))
    return points_of(text)


def _geofence(arguments: Sequence[Code]) -> Code:
    """geofence(point, shape): whether the point lies in the shape."""
    point, shape = (argument.texts() for argument in arguments)

    def fenced(frame: Frame) -> bool:
        points, corners = _points(point(frame), frame), _points(shape(frame), frame)
        return points is not None and corners is not None and encloses(corners, points[0])

    return Code("boolean", fenced, True)


def _measured(measure: Callable[[Sequence[Point]], float]) -> Function:
    """Describe a measure of all points of its arguments: nodes, each a point or a line; 0 where one is none."""

    def build(arguments: Sequence[Code]) -> Code:
        each = [each_text(argument) for argument in arguments]

        def run(frame: Frame) -> float:
            points: list[Point] = []
            for text in (text for every in each for text in every(frame)):
                found = _points(text, frame)
                if found is None:
                    return 0.0
                points.extend(found)
            return measure(points)

        return Code("number", run, True)

    return Function(1, None, build)


FUNCTIONS = {
    "area": _measured(area_of),
    "enclosed-area": _measured(area_of),
    "distance": _measured(length_of),
    "geofence": Function(2, 2, _geofence),
}
