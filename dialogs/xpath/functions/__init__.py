"""Every function of the language, by name."""

from types import MappingProxyType

from dialogs.xpath.functions import dates, geo, logic, nodes, numbers, selects, text

FUNCTIONS = MappingProxyType(
    {
        **logic.FUNCTIONS,
        **numbers.FUNCTIONS,
        **text.FUNCTIONS,
        **dates.FUNCTIONS,
        **selects.FUNCTIONS,
        **nodes.FUNCTIONS,
        **geo.FUNCTIONS,
    }
)
