"""XForm XML → Form (ODK XForms; also as exported by ODK Central and KoboToolbox)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from xml.etree.ElementTree import Element

from dialogs.answer import as_typed
from dialogs.check import NOTHING_ASKED, Place, check, cycles, in_order
from dialogs.form import (
    NOTHING,
    Action,
    Bind,
    Choice,
    Form,
    FormError,
    Group,
    Issue,
    Itemset,
    Kind,
    Part,
    Question,
    Ref,
    Repeat,
    Text,
)
from dialogs.reading.attachments import NO_FILES, inlined
from dialogs.reading.itext import Itext
from dialogs.reading.markup import AS_EXPORTED, Markup, parse
from dialogs.reading.shown import attached
from dialogs.told import Told, told
from dialogs.xpath import Expression, ExpressionError, Node, compile_expression

NO_ROWS: Mapping[str, int] = MappingProxyType({})
EVENTS = frozenset({"odk-instance-first-load", "odk-new-repeat", "xforms-value-changed"})
MAX_PARTS = 100_000
"""Parts of all expressions: names, values, operators. Each costs a step, so that more could not be worked out."""
RECORDINGS = frozenset({"setgeopoint", "recordaudio"})

_INPUTS = {
    "string": Kind.TEXT,
    "int": Kind.INTEGER,
    "integer": Kind.INTEGER,
    "long": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "double": Kind.DECIMAL,
    "float": Kind.DECIMAL,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "dateTime": Kind.DATETIME,
    "geopoint": Kind.GEOPOINT,
    "geotrace": Kind.GEOTRACE,
    "geoshape": Kind.GEOSHAPE,
    "barcode": Kind.BARCODE,
}
_SELECTS = {"select1": Kind.SELECT_ONE, "select": Kind.SELECT_MULTIPLE, "odk:rank": Kind.RANK}
_UPLOADS = {"image": Kind.IMAGE, "audio": Kind.AUDIO, "video": Kind.VIDEO}
_CONTROLS = frozenset({"input", "select", "select1", "upload", "trigger", "range", "odk:rank"})
_OWN_ATTRIBUTES = frozenset({"ref", "bind", "appearance"})
_ITEXT_CHILD = re.compile(r"\s*jr:itext\(\s*([\w.-]+)\s*\)\s*")
_INSTANCE = re.compile(r"""instance\(\s*['"]([^'"]+)['"]\s*\)""")
_NAME = re.compile(r"[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?")


def read_xform(xml: str, *, rows: Mapping[str, int] = NO_ROWS, files: Mapping[str, bytes] = NO_FILES) -> Form:
    """Read a form; `rows` says in which row of the workbook each ref was written.

    `files` are those that lie beside it, by name. Lists as csv, xml or geojson become part of the form, whose `xml`
    needs no other; of what is to be shown the form keeps what it is and a hash (`Form.files`). Raises FormError with
    everything that is wrong, where anything cannot be read: broken or unknown expressions, rules that read each other
    in a circle, questions that are nowhere in the instance. What can be read and yet not asked in a chat is for
    `dialogs.check`.
    """
    whole = inlined(xml, files) if files else xml
    return _Reader(parse(whole), rows).read(whole, files)


class _Reader:
    def __init__(self, markup: Markup, rows: Mapping[str, int]) -> None:
        self.markup = markup
        self.rows = rows
        self.issues: list[Issue] = []
        self.itext = Itext(markup, self.expression, self.issue)
        self.instances: dict[str, Node] = {}
        self.elsewhere: dict[str, str] = {}
        self.templates: dict[Ref, Node] = {}
        self.types: dict[Ref, str] = {}
        self.ids: dict[str, Ref] = {}
        self.notes: set[Ref] = set()
        self.paths: set[Ref] = set()
        self.lists: dict[tuple[str, str, str], Mapping[Node, Choice]] = {}
        self.actions: list[Action] = []
        self.expressions: dict[str, Expression] = {}
        self.expression_parts = 0

    def read(self, xml: str, files: Mapping[str, bytes]) -> Form:
        head, body = self.child(self.markup.root, "h:head"), self.child(self.markup.root, "h:body")
        model = self.child(head, "model")
        if head is None or body is None or model is None:
            raise FormError(Issue(None, "", told("There is no head, model or body."), AS_EXPORTED))
        primary = self.primary(model)
        if primary is None:
            raise FormError(Issue(None, "", told("There is no instance."), AS_EXPORTED))
        languages = self.itext.read(model)
        self.read_instances(model)
        root = self.read_primary(primary, body)
        binds = self.read_binds(model)
        for path, node in (*_with_paths(root, f"/{root.name}"), *self.written_templates()):
            if not node.children and node.text and path in binds:
                node.text = as_typed(binds[path].type, node.text)
        parts = self.parts(body, f"/{root.name}")
        self.read_actions(model, None)
        title = self.child(head, "h:title")
        form = Form(
            name=root.attributes.get("id", "") or root.name,
            version=root.attributes.get("version", "") or root.attributes.get("orx:version", ""),
            title="".join(title.itertext()).strip() if title is not None else "",
            languages=languages,
            default_language=self.itext.default_language,
            binds=binds,
            body=parts,
            model=root,
            instances=self.instances,
            texts={key: Text(forms[""]) for key, forms in self.itext.words.items() if "" in forms},
            xml=xml,
            actions=tuple(self.actions),
            elsewhere=self.elsewhere,
            chat=_chat(root.attributes),
        )
        shown, faults = attached(form, files)
        form = replace(form, files=shown)
        self.issues += faults
        if self.issues:
            known = {*self.issues, NOTHING_ASKED}  # what could not be read may have asked something
            grave = (issue for issue in check(form) if not issue.advice and issue not in known)
            raise FormError(*in_order([*self.issues, *grave]))
        if found := cycles(form):
            raise FormError(*found)
        return form

    # -- small helps ------------------------------------------------------------------------------------------------

    def child(self, element: Element | None, *names: str) -> Element | None:
        return None if element is None else self.markup.child(element, *names)

    def issue(self, ref: Ref, cause: Told, remedy: Told, column: str = "") -> None:
        self.issues.append(Place(ref, self.rows.get(ref), column).issue(cause, remedy))

    def expression(self, text: str | None, ref: Ref, column: str) -> Expression | None:
        if text is None or not (text := text.strip()):
            return None
        if text not in self.expressions:
            try:
                self.expressions[text] = compile_expression(text)
            except ExpressionError as error:
                cause = told(
                    "The expression “{expression}” cannot be read: {reason}.",
                    expression=_shown(text),
                    reason=error.reason,
                )
                self.issue(ref, cause, told("Correct the expression."), column)
                return None
            self.expression_parts += self.expressions[text].size
        if self.expression_parts > MAX_PARTS:
            cause = told("The form's expressions have more than {most} parts.", most=MAX_PARTS)
            raise FormError(Place(ref, self.rows.get(ref)).issue(cause, told("Make two forms of it.")))
        return self.expressions[text]

    # -- instances --------------------------------------------------------------------------------------------------

    def primary(self, model: Element) -> Element | None:
        instance = self.child(model, "instance")
        return next(iter(instance), None) if instance is not None else None

    def read_instances(self, model: Element) -> None:
        for instance in list(self.markup.children(model, "instance"))[1:]:
            key = instance.get("id", "")
            root = next(iter(instance), None)
            if source := instance.get("src", ""):
                self.elsewhere[key] = source
            empty = source or root is None
            self.instances[key] = Node("root") if empty or root is None else self.node(root, "", frozenset())

    def read_primary(self, primary: Element, body: Element) -> Node:
        repeats = frozenset(
            _path(each.get("nodeset", "")) for each in body.iter() if self.markup.name(each) == "repeat"
        )
        root = self.node(primary, f"/{self.markup.name(primary)}", repeats)
        space = primary.tag[1:].partition("}")[0] if primary.tag.startswith("{") else ""
        if space and not self.markup.prefixes.get(space) and space != "http://www.w3.org/2002/xforms":
            root.attributes["xmlns"] = space
        used = {name.partition(":")[0] for name in _names(root) if ":" in name}
        for space, prefix in self.markup.prefixes.items():
            if prefix in used:
                root.attributes[f"xmlns:{prefix}"] = space
        return root

    def node(self, element: Element, path: Ref, repeats: frozenset[Ref]) -> Node:
        """The element as a node; templates of repeats are taken out and kept in `templates`."""
        attributes = self.markup.attributes(element)
        attributes.pop("jr:template", None)
        text = element.text or ""
        node = Node(self.markup.name(element), text.strip(), attributes=attributes)
        if path:
            self.paths.add(path)
        written: set[Ref] = set()
        for child in element:
            below = f"{path}/{self.markup.name(child)}" if path else ""
            grown = self.node(child, below, repeats)
            if below in repeats and "jr:template" in self.markup.attributes(child):
                self.templates[below] = grown
                written.add(below)
                continue
            if below in repeats and below not in written:
                self.templates.setdefault(below, _emptied(grown))
            node.append(grown)
        if len(element):
            node.text = ""
        return node

    def written_templates(self) -> Iterator[tuple[Ref, Node]]:
        for ref, template in self.templates.items():
            yield from _with_paths(template, ref)

    # -- binds ------------------------------------------------------------------------------------------------------

    def read_binds(self, model: Element) -> dict[Ref, Bind]:
        merged: dict[Ref, dict[str, str]] = {}
        for element in self.markup.children(model, "bind"):
            attributes = self.markup.attributes(element)
            ref = _path(attributes.get("nodeset") or attributes.get("ref") or "")
            if "@" in ref:
                continue  # an entity's id: `dialogs.check` refuses entities
            merged.setdefault(ref, {}).update(attributes)
            if "id" in attributes:
                self.ids[attributes["id"]] = ref
        return {ref: self.bind(ref, attributes) for ref, attributes in merged.items()}

    def bind(self, ref: Ref, rules: Mapping[str, str]) -> Bind:
        kind = rules.get("type", "string").strip() or "string"
        kind = kind.partition(":")[2] if kind.startswith(("xsd:", "xs:")) else kind
        self.types[ref] = kind
        readonly = self.expression(rules.get("readonly"), ref, "readonly")
        if readonly is not None and readonly.text.replace(" ", "") == "true()":
            self.notes.add(ref)
        return Bind(
            ref=ref,
            type=kind,
            relevant=self.expression(rules.get("relevant"), ref, "relevant"),
            required=self.expression(rules.get("required"), ref, "required"),
            readonly=readonly,
            constraint=self.expression(rules.get("constraint"), ref, "constraint"),
            calculate=self.expression(rules.get("calculate"), ref, "calculation"),
            constraint_message=self.itext.message(rules.get("jr:constraintMsg"), ref),
            required_message=self.itext.message(rules.get("jr:requiredMsg"), ref),
            preload=" ".join(rules[key] for key in ("jr:preload", "jr:preloadParams") if rules.get(key)),
            chat=_chat(rules),
            row=self.rows.get(ref),
        )

    # -- body -------------------------------------------------------------------------------------------------------

    def parts(self, element: Element, parent: Ref) -> tuple[Part, ...]:
        return tuple(part for child in element if (part := self.part(child, parent)) is not None)

    def part(self, element: Element, parent: Ref) -> Part | None:
        match self.markup.name(element):
            case "group":
                return self.group(element, parent)
            case "repeat":
                return self.repeat(element, None, parent)
            case name if name in _CONTROLS:
                return self.question(element, name, parent)
            case "label" | "hint" | "setvalue":
                return None  # a label belongs to what holds it; actions are read where they stand
            case recording if recording.rpartition(":")[2] in RECORDINGS:
                return None
            case name:
                self.unaskable(self.ref(element, parent), name)
                return None

    def unaskable(self, ref: Ref, kind: str) -> None:
        cause = told("A chat cannot ask for “{type}”.", type=kind)
        self.issue(ref, cause, told("Use another type of question."))

    def ref(self, element: Element, parent: Ref) -> Ref:
        if (key := element.get("bind")) is not None and key in self.ids:
            return self.ids[key]
        return _path(element.get("ref") or element.get("nodeset") or "", parent)

    def known(self, ref: Ref) -> bool:
        if ref in self.paths:
            return True
        self.issue(ref, told("The question has no place in the instance."), AS_EXPORTED)
        return False

    def group(self, element: Element, parent: Ref) -> Part | None:
        ref = self.ref(element, parent) if element.get("ref") or element.get("bind") else parent
        inner = [child for child in element if self.markup.name(child) not in {"label", "hint"}]
        alone = len(inner) == 1 and self.markup.name(inner[0]) == "repeat"
        if alone and ref in {parent, self.ref(inner[0], parent)}:
            return self.repeat(inner[0], element, parent)
        self.known(ref)
        self.read_actions(element, None)
        return Group(
            ref=ref,
            label=self.itext.text(self.child(element, "label"), ref),
            parts=self.parts(element, ref),
            appearance=_appearance(element),
            chat=_chat(self.markup.attributes(element)),
            row=self.rows.get(ref),
            media=self.itext.media(self.child(element, "label")),
        )

    def repeat(self, element: Element, around: Element | None, parent: Ref) -> Part | None:
        ref = self.ref(element, parent)
        if not self.known(ref):
            return None
        attributes = self.markup.attributes(element)
        outside = self.markup.attributes(around) if around is not None else {}
        label = self.child(around, "label")
        label = label if label is not None else self.child(element, "label")
        self.read_actions(element, None)
        return Repeat(
            ref=ref,
            label=self.itext.text(label, ref),
            parts=self.parts(element, ref),
            template=self.templates[ref],
            count=self.expression(attributes.get("jr:count"), ref, "repeat_count"),
            fixed=attributes.get("jr:noAddRemove", "").strip() == "true()",
            appearance=_appearance(element) | (_appearance(around) if around is not None else frozenset()),
            chat={**_chat(outside), **_chat(attributes)},
            row=self.rows.get(ref),
            media=self.itext.media(label),
        )

    def question(self, element: Element, name: str, parent: Ref) -> Question | None:
        ref = self.ref(element, parent)
        if not self.known(ref):
            return None
        kind = self.kind(element, name, ref)
        if kind is None:
            return None
        self.read_actions(element, ref)
        label, hint = self.child(element, "label"), self.child(element, "hint")
        attributes = self.markup.attributes(element)
        return Question(
            ref=ref,
            kind=kind,
            label=self.itext.text(label, ref),
            hint=self.itext.text(hint, ref),
            guidance=self.itext.text(hint, ref, "guidance"),
            appearance=_appearance(element),
            parameters={
                key: value
                for key, value in attributes.items()
                if key not in _OWN_ATTRIBUTES and ":" not in key
            },
            itemset=self.itemset(element, ref) if name in _SELECTS or element.get("query") else None,
            chat=_chat(attributes),
            row=self.rows.get(ref),
            media={**self.itext.media(hint), **self.itext.media(label)},
        )

    def kind(self, element: Element, name: str, ref: Ref) -> Kind | None:
        typed = self.types.get(ref, "string")
        if name == "input" and ref in self.notes:
            return Kind.NOTE
        match name:
            case "input" if element.get("query"):
                kind: Kind | None = Kind.SELECT_ONE
            case "input":
                kind = _INPUTS.get(typed)
            case "upload":
                kind = _UPLOADS.get(element.get("mediatype", "").partition("/")[0], Kind.FILE)
            case "trigger":
                kind = Kind.ACKNOWLEDGE
            case "range":
                kind = Kind.RANGE
            case _:
                kind = _SELECTS[name]
        if kind is None:
            self.unaskable(ref, typed)
        return kind

    # -- choices ----------------------------------------------------------------------------------------------------

    def itemset(self, element: Element, ref: Ref) -> Itemset | None:
        itemset = self.child(element, "itemset")
        if (query := element.get("query")) is not None:
            nodeset, value, label = query, "name", "label"  # select_one_external
        elif itemset is not None:
            nodeset = itemset.get("nodeset", "")
            value = _reference(self.child(itemset, "value")) or "name"
            label = _reference(self.child(itemset, "label")) or value
        else:
            return self.written_items(element, ref)
        nodes = self.expression(nodeset, ref, "choice_filter")
        found = _INSTANCE.search(nodeset)
        if found is None:
            return Itemset({}, nodes, value, label)
        if found[1] not in self.instances:
            cause = told("The list “{list}” is not there.", list=found[1])
            self.issue(ref, cause, told("Add the list to the choices sheet."))
            return None
        by_node = self.list_of(found[1], value, label)
        return Itemset(_by_name(by_node.values()), nodes, value, label, by_node)

    def written_items(self, element: Element, ref: Ref) -> Itemset:
        choices = []
        for item in self.markup.children(element, "item"):
            value, label = self.child(item, "value"), self.child(item, "label")
            name = "".join(value.itertext()).strip() if value is not None else ""
            choices.append(Choice(name, self.itext.text(label, ref), media=self.itext.media(label)))
        return Itemset(_by_name(choices))

    def list_of(self, key: str, value: str, label: str) -> Mapping[Node, Choice]:
        if (key, value, label) not in self.lists:
            self.lists[key, value, label] = {
                node: choice
                for node in _descendants(self.instances[key])
                if (choice := self.choice(node, key, value, label)) is not None
            }
        return self.lists[key, value, label]

    def choice(self, node: Node, list_name: str, value: str, label: str) -> Choice | None:
        children = {child.name: child for child in node.children if not child.children}
        if value not in children:
            return None
        by_id = _ITEXT_CHILD.fullmatch(label)
        key = by_id[1] if by_id else label
        words = children[key].text if key in children else ""
        text = self.itext.by_id(words) if by_id else self.itext.plain(words)
        return Choice(
            name=children[value].text,
            label=text,
            extra={name: child.text for name, child in children.items() if name not in {value, key}},
            media=self.itext.media_of(words) if by_id else {},
            row=self.rows.get(f"choices/{list_name}/{children[value].text}"),
        )

    # -- actions ----------------------------------------------------------------------------------------------------

    def read_actions(self, element: Element, source: Ref | None) -> None:
        for child in element:
            match self.markup.name(child):
                case "setvalue":
                    self.set_value(child, source)
                    if self.markup.name(element) == "model" and "odk-new-repeat" in self.actions[-1].events:
                        cause = told("A value is set at each new entry, outside of the repeat.")
                        self.issue(self.actions[-1].ref, cause, told("Set it inside of the repeat."))
                case recording if recording.rpartition(":")[2] in RECORDINGS:
                    ref = _path(child.get("ref", ""))
                    self.actions.append(Action(ref, frozenset(), None, records=recording.rpartition(":")[2]))
                case "submission":
                    pass  # where it goes is the application's; a form does not choose
                case "odk:setvalue" | "action" | "insert" | "delete":
                    self.issue(
                        _path(child.get("ref", "")), told("This action is not known."), told("Remove it.")
                    )

    def set_value(self, element: Element, source: Ref | None) -> None:
        ref = self.ref(element, "")
        attributes = self.markup.attributes(element)
        events = frozenset((attributes.get("event") or attributes.get("ev:event") or "").split())
        if unknown := events - EVENTS:
            cause = told("A value is set at “{events}”.", events=", ".join(sorted(unknown)))
            self.issue(ref, cause, told("Set it at the first load."))
        if ref not in self.paths and "@" not in ref:  # an entity's id is an attribute
            self.issue(ref, told("A value is set where there is no node."), AS_EXPORTED)
        rule = element.get("value")
        written = "".join(element.itertext()).strip() or None
        value = self.expression(rule, ref, "default") if rule is not None else written
        self.actions.append(Action(ref, events, value, source if "xforms-value-changed" in events else None))


def _emptied(node: Node) -> Node:
    """A copy without values: the template of a repeat that has none of its own."""
    copy = Node(node.name, attributes=node.attributes)
    for child in node.children:
        copy.append(_emptied(child))
    return copy


def _path(text: str, parent: Ref = "") -> Ref:
    """An absolute path without spaces; a relative one is below its parent."""
    path = re.sub(r"\s+", "", text).removeprefix("current()/")
    if not path:
        return parent
    return path if path.startswith("/") else f"{parent}/{path.removeprefix('./')}"


def _reference(element: Element | None) -> str:
    return element.get("ref", "").strip().removeprefix("./") if element is not None else ""


def _appearance(element: Element) -> frozenset[str]:
    return frozenset(element.get("appearance", "").split())


def _chat(attributes: Mapping[str, str]) -> Mapping[str, str]:
    found = {
        key.removeprefix("tg:"): value.strip() for key, value in attributes.items() if key.startswith("tg:")
    }
    return found or NOTHING


def _by_name(choices: Iterable[Choice]) -> dict[str, Choice]:
    found: dict[str, Choice] = {}
    for choice in choices:
        found.setdefault(choice.name, choice)
    return found


def _with_paths(node: Node, path: Ref) -> Iterator[tuple[Ref, Node]]:
    yield path, node
    for child in node.children:
        yield from _with_paths(child, f"{path}/{child.name}")


def _descendants(node: Node) -> Iterable[Node]:
    for child in node.children:
        yield child
        yield from _descendants(child)


def _names(node: Node) -> Iterable[str]:
    yield node.name
    yield from node.attributes
    for child in node.children:
        yield from _names(child)


def _shown(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 120 else f"{plain[:119]}…"
