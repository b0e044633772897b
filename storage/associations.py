"""Local associations of the partners, and the regions in which they meet."""

import sqlalchemy as sa

from bot.people import Association, Region
from storage.isolation import house
from storage.rows import Rows, insert_once, this
from storage.tables import associations, regions

_OF = (
    sa.select(associations)
    .where(associations.c.partner == sa.bindparam("partner"))
    .order_by(associations.c.name, associations.c.id)
)
_BY_LINK = house(sa.select(associations).where(this(associations.c.id)), "link")
_ADD = insert_once(associations, associations.c.partner, associations.c.name)
_SAVE = (
    sa.update(associations)
    .where(this(associations.c.id), associations.c.partner == sa.bindparam("whose"))
    .values({name: sa.bindparam(f"new_{name}") for name in ("country", "region")})
)
_REGIONS = sa.select(regions).order_by(regions.c.name, regions.c.id)
_ADD_REGION = insert_once(regions, regions.c.id)
_SAVE_REGION = (
    sa.update(regions)
    .where(this(regions.c.id))
    .values({name: sa.bindparam(f"new_{name}") for name in ("name", "countries")})
)


class Associations(Rows):
    """The Associations port."""

    __slots__ = ()

    def add(self, association: Association) -> None:
        """Keep one; ValueError where the partner has one of this name."""
        row = {
            "id": association.id,
            "partner": association.partner,
            "name": association.name,
            "country": association.country,
            "region": association.region,
        }
        if not self._connection.execute(_ADD, row).rowcount:
            raise ValueError(f"there is an association called {association.name} already")

    def save(self, association: Association) -> None:
        """Change its country or region."""
        row = {"new_country": association.country, "new_region": association.region}
        key = {"this": association.id, "whose": association.partner}
        self._connection.execute(_SAVE, key | row)

    def of(self, partner: str) -> list[Association]:
        """Those of a partner, by name."""
        return [Association(**row._asdict()) for row in self._connection.execute(_OF, {"partner": partner})]

    def by_link(self, id: str) -> Association | None:
        """The one whose link somebody followed; None where there is none."""
        row = self._connection.execute(_BY_LINK, {"this": id}).first()
        return None if row is None else Association(**row._asdict())

    def regions(self) -> list[Region]:
        """All regions, by name."""
        rows = self._connection.execute(_REGIONS)
        return [Region(row.id, row.name, tuple(row.countries.split())) for row in rows]

    def save_region(self, region: Region) -> None:
        """Keep a region, in the place of an earlier one of this id."""
        countries = " ".join(region.countries)
        row = {"id": region.id, "name": region.name, "countries": countries}
        if not self._connection.execute(_ADD_REGION, row).rowcount:
            new = {"new_name": region.name, "new_countries": countries}
            self._connection.execute(_SAVE_REGION, {"this": region.id, **new})
