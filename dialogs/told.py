"""Words told in English that remember how they were made, so that they can be said in another language."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Told(str):
    """A sentence or a part of one: equal to the English text, and made of a `template` and its `values`."""

    __slots__ = ("template", "values")

    template: str
    values: "Mapping[str, str | int | Told]"

    def __new__(cls, template: str, values: "Mapping[str, str | int | Told]" = _NOTHING) -> Self:
        """Put the values where the template has their names in braces; numbers are written as in English."""
        words = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
        made = super().__new__(cls, _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), template))
        made.template, made.values = template, values
        return made

    def filled(self, values: Mapping[str, str]) -> "Told":
        """The same sentence, where it has no value yet one of these."""
        named = set(_PLACEHOLDER.findall(self.template)) & set(values)
        return Told(self.template, {**{name: values[name] for name in named}, **self.values})

    def plain(self) -> dict[str, Any]:
        """What JSON can hold; `from_plain` reads it back."""
        values = {
            name: value.plain() if isinstance(value, Told) else value for name, value in self.values.items()
        }
        return {"template": self.template, "values": values}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `plain` wrote."""
        values = {
            name: cls.from_plain(value) if isinstance(value, dict) else value
            for name, value in plain["values"].items()
        }
        return cls(plain["template"], values)


def told(template: str, /, **values: "str | int | Told") -> Told:
    """Say `template`, a sentence of the catalog of authors; what it names in braces are `values`."""
    return Told(template, values)
