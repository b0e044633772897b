"""At a shell: the data servers to which accepted voices are handed on, and what of it needs a person.

Secrets are read from a file that its owner alone can read, kept sealed, and never shown.
"""

import stat
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.forward import Access, Forward, Standing, State, Target, address
from bot.journal import Deed
from bot.people import Partner
from bot.ports import Unit

SHORT = 8
"""Characters by which an id is shown; as many as are needed are enough to name it."""

NOTED = {
    State.TAKEN_BACK: "to be asked back",
    State.HELD: "held",
}

ASK_BACK = "it may be shared no more and may be there: ask them to delete it, then voices forward done {id}"
"""What is said of what was handed on and taken back since."""

_Name = Annotated[str, Field(min_length=1, max_length=100)]


class Written(BaseModel):
    """A target as it is written in a file."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    partner: _Name
    form: _Name
    name: _Name
    address: str
    user: str = ""
    password: str = ""
    token: str = ""
    known_as: str = ""

    @field_validator("*")
    @classmethod
    def _is_filled_in(cls, value: str) -> str:
        if "FILL IN" in value.replace("-", " "):
            raise ValueError("is still to be filled in")
        return value

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return address(value)

    @model_validator(mode="after")
    def _is_known_in_one_way(self) -> "Written":
        if bool(self.user) is not bool(self.password) or (self.user and self.token):
            raise ValueError("say user and password, or token, or neither where the address holds the secret")
        if not self.token.isascii() or not self.token.isprintable():
            raise ValueError("token: may have printable characters of ASCII alone")
        return self

    @property
    def access(self) -> Access:
        """How it is reached."""
        return Access(self.address, self.user, self.password, self.token)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    targets: list[Written] = Field(min_length=1)


def read(path: Path) -> list[Written]:
    """The targets of a TOML file. ValueError, without a secret in it: what is wrong with the file."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ValueError(f"{path} holds secrets and can be read by others: run chmod 600 {path}")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{path} cannot be read: name a TOML file in UTF-8") from None
    try:
        return _File.model_validate(tomllib.loads(text)).targets
    except tomllib.TOMLDecodeError:
        raise ValueError(f"{path} is no TOML: see deploy/forward.toml") from None
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False, include_context=False)
        raise ValueError("; ".join(_told(dict(each)) for each in wrong[:5])) from None


def _told(error: Mapping[str, Any]) -> str:
    place = " ".join(str(each + 1 if isinstance(each, int) else each) for each in error["loc"])
    return f"{place}: {error['msg'].removeprefix('Value error, ')}"


def add(unit: Unit, written: Sequence[Written], builtin: Sequence[str], now: datetime) -> list[Target]:
    """Bring the targets to what was written; one is known by its partner, form and name. What was stopped goes on.

    ValueError where there is no such partner or form; then nothing was changed.
    """
    return [_add(unit, each, builtin, now) for each in written]


def _add(unit: Unit, written: Written, builtin: Sequence[str], now: datetime) -> Target:
    partner = _partner(unit, written.partner)
    if written.form not in {*builtin, *(each.name for each in unit.forms.editions(partner.id))}:
        raise ValueError(f"{partner.name} has no form {written.form}: voices form list")
    known = next((each for each in _there(unit, partner) if (each.form, each.name) == _key(written)), None)
    if known is None:
        made = Target(
            uuid4().hex, partner.id, written.form, written.name, written.access, now, written.known_as
        )
        unit.targets.add(made)
        _note(unit, "added", made, now)
        return made
    standing = Standing.ACTIVE if known.standing is Standing.STOPPED else known.standing
    changed = replace(
        known,
        access=written.access,
        known_as=written.known_as,
        standing=standing,
        reason="",
        failures=0,
        not_before=None,
    )
    if changed != known:
        unit.targets.save(changed)
        _note(unit, "changed", changed, now)
    return changed


def _key(written: Written) -> tuple[str, str]:
    return written.form, written.name


def lines(unit: Unit) -> list[str]:
    """Every target in a line: whose, what, where, how it stands and how far it is. Of its address the host alone."""
    return [
        line
        for partner in unit.people.partners()
        for each in _there(unit, partner)
        for line in _lines(unit, partner, each)
    ]


def _lines(unit: Unit, partner: Partner, target: Target) -> Iterator[str]:
    counts = unit.forwards.counts(target.id)
    told = {
        "there": counts.get(State.SENT, 0),
        "on the way": counts.get(State.DUE, 0) + counts.get(State.SENDING, 0),
        "held": counts.get(State.HELD, 0),
        "to be asked back": counts.get(State.TAKEN_BACK, 0),
    }
    numbers = ", ".join(f"{count} {what}" for what, count in told.items() if count or what == "there")
    name = f"{target.name} ({target.access.origin})"
    yield f"{target.id[:SHORT]}  {partner.name}  {target.form}  {name}  {target.standing}  {numbers}"
    if target.reason:
        yield f"  {target.reason}"
    if target.not_before is not None:
        yield f"  failed {target.failures} times in a row; tried again from {target.not_before:%Y-%m-%d %H:%M} UTC"
    waiting = unit.forwards.waiting(target.id)
    yield from (f"  {count} wait: {reason}" for reason, count in sorted(waiting.items()) if reason)


def pause(unit: Unit, id: str, now: datetime) -> str:
    """Nothing goes there until it is resumed."""
    target = _which(unit, id)
    return _stand(unit, replace(target, standing=Standing.PAUSED, reason=""), "paused", now)


def resume(unit: Unit, id: str, now: datetime) -> str:
    """What was paused or stopped goes on, at once."""
    target = replace(_which(unit, id), standing=Standing.ACTIVE, reason="", failures=0, not_before=None)
    return _stand(unit, target, "resumed", now)


def remove(unit: Unit, id: str, now: datetime) -> str:
    """Nothing goes there any more; its address and secrets are kept no more. Of what is there stays by what it is
    known, so that it can be asked back.
    """
    target = _which(unit, id)
    unit.forwards.clear(target.id)
    _note(unit, "removed", target, now)
    if unit.forwards.counts(target.id):
        unit.targets.save(replace(target, access=Access(""), standing=Standing.REMOVED, reason=""))
    else:
        unit.targets.drop(target.id)
    return target.name


def held(unit: Unit) -> list[str]:
    """What needs a person: what a server would not take, and what must be asked back; by what it is known there."""
    return [
        f"{forward.id[:SHORT]}  {target.name}  {forward.instance}  {_why(forward)}"
        for target, forward in _held(unit)
    ]


def _why(forward: Forward) -> str:
    told = forward.reason or ASK_BACK.format(id=forward.id[:SHORT])
    return f"{NOTED[forward.state]}: {told}"


def again(unit: Unit, which: str, now: datetime) -> int:
    """Send again what is held: one, or all of a target; how many. LookupError where there is none."""
    return _each(unit, which, "sent again", now, unit.forwards.again)


def done(unit: Unit, which: str, now: datetime) -> int:
    """What was held was put right there by hand, or what was taken back was deleted there: one, or all of a target; how
    many. LookupError where there is none.
    """
    return _each(unit, which, "settled", now, unit.forwards.done)


def _each(unit: Unit, which: str, verb: str, now: datetime, do: Callable[[str, datetime], bool]) -> int:
    every = list(_held(unit))
    one = [forward for _, forward in every if which and forward.id.startswith(which)]
    if len(one) > 1:
        raise LookupError(f"{which} are several: say more of it.")
    if not one:
        target = _which(unit, which, removed=True)
        one = [forward for its, forward in every if its.id == target.id]
        if verb == "sent again":
            one = [each for each in one if each.state is State.HELD]
    count = 0
    for each in one:
        if do(each.id, now):
            count += 1
            unit.journal.write(Deed(now, "operator", verb, f"forward:{each.id}"))
    return count


def source(unit: Unit, form: str) -> str:
    """A form as XForm XML, to be published where it is handed on. LookupError where there is none."""
    try:
        return unit.forms.current(form).xml
    except LookupError:
        raise LookupError(f"there is no form {form}: voices form list") from None


def _held(unit: Unit) -> Iterator[tuple[Target, Forward]]:
    for partner in unit.people.partners():
        for target in unit.targets.of(partner.id):
            for state in NOTED:
                for forward in unit.forwards.standing(target.id, [state]):
                    yield target, forward


def _there(unit: Unit, partner: Partner) -> list[Target]:
    return [each for each in unit.targets.of(partner.id) if each.standing is not Standing.REMOVED]


def _which(unit: Unit, id: str, *, removed: bool = False) -> Target:
    """The target whose id begins so. LookupError where there is none, or several."""
    found = [
        each
        for partner in unit.people.partners()
        for each in unit.targets.of(partner.id)
        if id and each.id.startswith(id) and (removed or each.standing is not Standing.REMOVED)
    ]
    if len(found) != 1:
        raise LookupError(f"Nothing has this id, or several have: {id}. See voices forward list and held.")
    return found[0]


def _partner(unit: Unit, name: str) -> Partner:
    found = next((each for each in unit.people.partners() if name in (each.name, each.id)), None)
    if found is None:
        raise ValueError(f"there is no partner called {name}: voices team list")
    return found


def _stand(unit: Unit, target: Target, verb: str, now: datetime) -> str:
    unit.targets.save(target)
    _note(unit, verb, target, now)
    return target.name


def _note(unit: Unit, verb: str, target: Target, now: datetime) -> None:
    unit.journal.write(Deed(now, "operator", verb, f"target:{target.id}"))
