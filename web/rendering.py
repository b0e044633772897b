"""Rendering: templates filled with what a page says. Every value is escaped, a missing one is a fault (S14)."""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from web.photos import address

_HERE = Path(__file__).parent
_STATIC = _HERE / "static"

TYPES = {".css": "text/css", ".svg": "image/svg+xml"}

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def _for_xml(text: str) -> str:
    """The text without what XML cannot hold; what is escaped already stays so."""
    return type(text)(_NO_XML.sub("", text))


@cache
def environment() -> Environment:
    """The templates."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(["html", "xml"], default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["xml"] = _for_xml
    made.filters["address"] = address
    made.globals["static"] = {name: f"/static/{called}" for called, (name, _) in statics().items()}
    return made


def rendered(template: str, **values: Any) -> str:
    """One template with these values."""
    return environment().get_template(template).render(**values)


@cache
def statics() -> dict[str, tuple[str, bytes]]:
    """What is served as it is: the name with a hash of its content in it, the plain name, and the content."""
    found = {}
    for path in sorted(_STATIC.iterdir()):
        content = path.read_bytes()
        mark = hashlib.sha256(content).hexdigest()[:12]
        found[f"{path.stem}.{mark}{path.suffix}"] = (path.name, content)
    return found
