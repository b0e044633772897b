"""Any XML document as the tree that expressions walk: comments, instructions and texts between elements too."""

from collections.abc import Iterator, Mapping
from xml.dom import minidom

from defusedxml.minidom import parseString

from dialogs.xpath import Node
from dialogs.xpath.tree import Remark, Text


def read(xml: str, prefixes: Mapping[str, str]) -> Node:
    """Return the root element of a document.

    `prefixes`: the prefix under which the expressions write a namespace, by its address. Other names stay as
    the document has them.
    """
    document = parseString(xml)
    return next(_element(each, prefixes) for each in document.childNodes if isinstance(each, minidom.Element))


def _element(element: minidom.Element, prefixes: Mapping[str, str]) -> Node:
    attributes = {_name(each, prefixes): each.value for each in element.attributes.values()}
    node = Node(_name(element, prefixes), attributes=attributes)
    content = list(_content(element))
    if all(isinstance(each, str) for each in content):
        node.text = "".join(each for each in content if isinstance(each, str))
        return node
    for each in content:
        match each:
            case str():
                node.append(Text(each))
            case minidom.Comment():
                node.append(Remark(each.data))
            case minidom.ProcessingInstruction():
                node.append(Remark(each.data, target=each.target))
            case minidom.Element():
                node.append(_element(each, prefixes))
    return node


def _content(element: minidom.Element) -> Iterator[minidom.Node | str]:
    """Yield what is in an element; texts that touch one another are one (XPath 1.0, 5.7)."""
    text = ""
    for child in element.childNodes:
        if isinstance(child, minidom.Text):
            text += child.data
            continue
        if text:
            yield text
        text = ""
        yield child
    if text:
        yield text


def _name(node: minidom.Element | minidom.Attr, prefixes: Mapping[str, str]) -> str:
    prefix = prefixes.get(node.namespaceURI or "")
    return f"{prefix}:{node.localName}" if prefix else node.nodeName
