"""Partnering, a deed: which partners, local associations and regions there are; one by one, or as a TOML file says."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.campaign import State
from bot.journal import Deed
from bot.linking import CAMPAIGN
from bot.people import Association, Partner, Region
from bot.ports import Unit

TO_FILL_IN = "FILL IN"
"""What stands for a contact in the example file: a file in which it still stands is refused."""

N = TypeVar("N", Region, Association)

_Name = Annotated[str, Field(min_length=1)]
COUNTRY = "^[A-Z]{2}$"
_Country = Annotated[str, Field(pattern=COUNTRY)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class _Region(_Written):
    name: _Name
    countries: list[_Country] = []


class _Association(_Written):
    name: _Name
    country: _Country | None = None
    region: str = ""


class _Partner(_Written):
    name: _Name
    contact: _Name
    id: Annotated[str, Field(pattern=r"^[a-z0-9]{1,32}$")] | None = None
    days: Annotated[int, Field(ge=1)] = 7
    associations: list[_Association] = []


class _File(_Written):
    regions: list[_Region] = []
    partners: list[_Partner] = []


@dataclass(frozen=True, slots=True)
class Way:
    """How people come to a partner: what it is called, and what its link carries."""

    name: str
    payload: str


def ways(unit: Unit, partner: str) -> list[Way]:
    """Its own link, those of its associations, and those of its campaigns that run."""
    return [
        Way(unit.people.partner(partner).name, f"p-{partner}"),
        *(Way(each.name, f"a-{each.id}") for each in unit.associations.of(partner)),
        *(
            Way(each.name or each.form, f"{CAMPAIGN}{each.code}")
            for each in unit.campaigns.of(partner)
            if each.state is State.RUNNING and each.code
        ),
    ]


def add_partner(
    unit: Unit, name: str, contact: str, now: datetime, *, days: int = 7, id: str | None = None
) -> Partner:
    """A new partner, or a name for the one the first start made.

    `contact`: a mail or web address for people's questions; `days`: how soon a voice is read.

    ValueError: a name or contact is empty, days is less than one, or a partner of this name exists.
    """
    name, contact = name.strip(), contact.strip()
    if not name or not contact:
        raise ValueError("a partner needs a name and an address where people reach it")
    if days < 1:
        raise ValueError("a partner promises to read within at least one day")
    if any(each.name == name for each in unit.people.partners()):
        raise ValueError(f"there is a partner called {name} already")
    unnamed = next((each for each in unit.people.partners() if not each.contact), None)
    if unnamed is not None:
        partner = Partner(unnamed.id, name, days, contact)
        unit.people.save_partner(partner)
    else:
        partner = Partner(id or uuid4().hex, name, days, contact)
        unit.people.add_partner(partner)
    _added(unit, now, f"partner:{partner.id}")
    return partner


def add_association(
    unit: Unit, partner: str, name: str, now: datetime, *, country: str = "", region: str = ""
) -> Association:
    """A local association of a partner; `country`: its code, `region`: the name of one.

    ValueError: the name is empty or taken, or there is no such region.
    """
    if not (name := name.strip()):
        raise ValueError("an association needs a name")
    if country and not re.fullmatch(COUNTRY, country):
        raise ValueError(f"a country is two letters, as MG: {country}")
    association = Association(uuid4().hex, partner, name, country, _region(unit, region))
    unit.associations.add(association)
    _added(unit, now, f"association:{association.id}")
    return association


def load(unit: Unit, text: str, now: datetime) -> list[str]:
    """Bring regions, partners and associations to what a TOML file says; what was made or changed. What the file does
    not name stays as it is. A partner is known by its id or name, a region by its name, an association by its name
    within its partner.

    ValueError: what is wrong with the file; then nothing was changed.
    """
    file = _read(text)
    done = [f"region {each.name}" for each in file.regions if _load_region(unit, each)]
    for each in file.partners:
        partner, changed = _load_partner(unit, each, now)
        done += [f"partner {partner.name}"] if changed else []
        done += [
            f"association {group.name} of {partner.name}"
            for group in each.associations
            if _load_association(unit, partner, group, now)
        ]
    return done


def _read(text: str) -> _File:
    try:
        file = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"this is no TOML: {error}") from error
    except ValidationError as error:
        raise ValueError("; ".join(_told(dict(each)) for each in error.errors()[:5])) from error
    empty = [each.name for each in file.partners if TO_FILL_IN in each.contact]
    if empty:
        raise ValueError(f"fill in the contact of {', '.join(empty)}: where people reach them")
    return file


def _told(error: Mapping[str, Any]) -> str:
    """One thing that is wrong: where, what, and what stands there."""
    place = " ".join(str(each + 1 if isinstance(each, int) else each) for each in error["loc"])
    written = f" ({error['input']})" if isinstance(error["input"], str | int) else ""
    return f"{place}: {error['msg']}{written}"


def _load_region(unit: Unit, written: _Region) -> bool:
    known = _named(unit.associations.regions(), written.name)
    region = Region(known.id if known else uuid4().hex, written.name, tuple(written.countries))
    if region == known:
        return False
    unit.associations.save_region(region)
    return True


def _load_partner(unit: Unit, written: _Partner, now: datetime) -> tuple[Partner, bool]:
    partners = unit.people.partners()
    known = next((each for each in partners if each.id == written.id), None) or next(
        (each for each in partners if each.name == written.name), None
    )
    if known is None:
        made = add_partner(unit, written.name, written.contact, now, days=written.days, id=written.id)
        return made, True
    partner = replace(known, name=written.name, days=written.days, contact=written.contact)
    if partner == known:
        return known, False
    unit.people.save_partner(partner)
    unit.journal.write(Deed(now, "operator", "changed", f"partner:{partner.id}"))
    return partner, True


def _load_association(unit: Unit, partner: Partner, written: _Association, now: datetime) -> bool:
    known = _named(unit.associations.of(partner.id), written.name)
    country = written.country or ""
    if known is None:
        add_association(unit, partner.id, written.name, now, country=country, region=written.region)
        return True
    association = replace(known, country=country, region=_region(unit, written.region))
    if association == known:
        return False
    unit.associations.save(association)
    unit.journal.write(Deed(now, "operator", "changed", f"association:{association.id}"))
    return True


def _region(unit: Unit, name: str) -> str:
    """The id of a region; "" for none. ValueError where there is none of this name."""
    if not name:
        return ""
    known = _named(unit.associations.regions(), name)
    if known is None:
        raise ValueError(f"there is no region called {name}")
    return known.id


def _named(these: Sequence[N], name: str) -> N | None:
    return next((each for each in these if each.name == name), None)


def _added(unit: Unit, now: datetime, thing: str) -> None:
    unit.journal.write(Deed(now, "operator", "added", thing))
