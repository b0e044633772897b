"""A session's answers as the XForm instance XML that ODK Central, KoboToolbox and ODK's engines take."""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from dialogs.form import NOTHING
from dialogs.xpath import Node

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def submission(
    root: Node, instance_id: str, *, files: Mapping[str, str] = NOTHING, known_as: str = ""
) -> str:
    """Write an instance: what is not relevant left out, `meta/instanceID` filled in (made where the form has none).

    The form's id (`known_as` where whoever takes it calls the form otherwise) and version, its further attributes and
    its namespaces are those of the root. `files` says under which name a recording is sent, by what its node holds.
    Where one holds several, it is written once for each: ODK Central then expects all of them, and who opens it to edit
    sees the first.
    """
    written: list[str] = []
    told = {**root.attributes, "id": known_as} if known_as else root.attributes
    _write(root, written, instance_id, files, told)
    return "".join(written)


def _write(
    node: Node, written: list[str], instance_id: str, files: Mapping[str, str], told: Mapping[str, str]
) -> None:
    attributes = "".join(f" {name}={quoteattr(_sound(value))}" for name, value in told.items())
    recorded = [files[each] for each in node.text.split() if each in files]
    if recorded and not node.children:
        written += [f"<{node.name}{attributes}>{escape(_sound(name))}</{node.name}>" for name in recorded]
        return
    written.append(f"<{node.name}{attributes}>")
    if _local(node) == "instanceID":
        written.append(escape(instance_id))
    elif node.children:
        for child in node.children:
            if child.relevant or _local(child) == "meta":
                _write(child, written, instance_id, files, child.attributes)
    else:
        written.append(escape(_sound(node.text)))
    written.append(_own_id(node, instance_id))
    written.append(f"</{node.name}>")


def _own_id(node: Node, instance_id: str) -> str:
    """The id of a form that has no place for one."""
    told = f"<instanceID>{escape(instance_id)}</instanceID>"
    if node.parent is None and not any(_local(child) == "meta" for child in node.children):
        return f"<meta>{told}</meta>"
    if node.parent is not None and node.parent.parent is None and node.name == "meta":
        return "" if any(_local(child) == "instanceID" for child in node.children) else told
    return ""


def _local(node: Node) -> str:
    return node.name.rpartition(":")[2]


def _sound(text: str) -> str:
    """Text as XML 1.0 can hold it."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
