"""Coded: the codes of a frame that somebody gave to a testimony."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

HERS = ""
"""The coder of what the respondent chose herself."""


@dataclass(frozen=True, slots=True)
class Coded:
    """One code of one testimony: who gave it, when, by which version of which frame; `second`: by the second coder."""

    testimony: str
    code: str
    coder: str
    at: datetime
    frame: str
    version: str
    second: bool = False


@dataclass(frozen=True, slots=True)
class Coding:
    """One coder's work on a testimony, with which frame. `open`: of a first one, that a second is wanted; of a second
    one, that it is not finished. `partner`: whose frame it is.
    """

    testimony: str
    second: bool
    partner: str
    coder: str
    frame: str
    version: str
    at: datetime
    open: bool
    codes: Collection[str] = frozenset()
