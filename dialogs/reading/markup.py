"""XML text → elements with short names, nothing external ever loaded (defusedxml)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from dialogs.form import CHAT, FormError, Issue
from dialogs.told import Told, told

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 60

AS_EXPORTED = told("Send the XForm as it was exported.")
"""The remedy for a document that nobody writes by hand."""

_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_PREFIXES = {
    "http://www.w3.org/2002/xforms": "",
    "http://www.w3.org/1999/xhtml": "h",
    "http://www.w3.org/2001/xml-events": "ev",
    "http://www.w3.org/2001/XMLSchema": "xsd",
    "http://openrosa.org/javarosa": "jr",
    "http://openrosa.org/xforms": "orx",
    "http://www.opendatakit.org/xforms": "odk",
    "http://www.w3.org/XML/1998/namespace": "xml",
    CHAT: "tg",
}


@dataclass(frozen=True, slots=True)
class Markup:
    """A parsed document: its root element and the prefix under which each namespace is written here."""

    root: Element
    prefixes: Mapping[str, str]

    def short(self, name: str) -> str:
        """The name as forms write it: "label", "jr:template", "odk:rank"; XForms' own names have no prefix."""
        if not name.startswith("{"):
            return name
        space, _, local = name[1:].partition("}")
        prefix = self.prefixes.get(space, "")
        return f"{prefix}:{local}" if prefix else local

    def name(self, element: Element) -> str:
        """The short name of an element."""
        return self.short(element.tag)

    def attributes(self, element: Element) -> dict[str, str]:
        """The attributes of an element under their short names."""
        return {self.short(key): value for key, value in element.attrib.items()}

    def children(self, element: Element, *names: str) -> Iterator[Element]:
        """The child elements with one of these short names."""
        return (child for child in element if self.name(child) in names)

    def child(self, element: Element, *names: str) -> Element | None:
        """The first child element with one of these short names."""
        return next(self.children(element, *names), None)


def parse(xml: str) -> Markup:
    """Parse a document; FormError where it is no XML, too large, too deep, or declares entities."""
    data = _DECLARATION.sub("", xml).encode("utf-8", "surrogatepass")
    if len(data) > MAX_BYTES:
        raise _refused(
            told("The file has {count} bytes; at most {most} are read.", count=len(data), most=MAX_BYTES),
            told("Make it smaller."),
        )
    declared: dict[str, str] = {}
    depth = 0
    root: Element | None = None
    try:
        for event, found in iterparse(BytesIO(data), events=("start-ns", "start", "end"), forbid_dtd=True):
            match event:
                case "start-ns":
                    declared.setdefault(found[1], found[0] or "")
                case "start":
                    depth += 1
                    root = found if root is None else root
                    if depth > MAX_DEPTH:
                        raise _refused(
                            told("Elements lie more than {most} deep in one another.", most=MAX_DEPTH),
                            told("Nest fewer groups."),
                        )
                case "end":
                    depth -= 1
    except (ParseError, ValueError, DefusedXmlException) as error:
        cause = told("This is not XML that can be read: {error}.", error=str(error))
        raise _refused(cause, AS_EXPORTED) from error
    if root is None:
        raise _refused(told("The form is empty."), AS_EXPORTED)
    return Markup(root, {**declared, **_PREFIXES})


def _refused(cause: Told, remedy: Told) -> FormError:
    return FormError(Issue(None, "", cause, remedy))
