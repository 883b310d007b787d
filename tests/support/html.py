"""Reading pages as a browser would, and what is true of every page of this server."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urlsplit, urlunsplit

_VOID = frozenset({"img", "input", "link", "meta", "source"})
_INLINE = {"style": "style-src", "script": "script-src"}
_POLICY = re.compile(
    r"[a-z-]+( ('none'|'self'|'sha256-[A-Za-z0-9+/=]+'|https?://[A-Za-z0-9.:-]+[!-+\--:<-~]*))+"
)
_OWN = re.compile(r"/(?:[a-z0-9-]+/)*assets/theme/[a-z-]+-[0-9a-f]{24}\.[a-z]+")


@dataclass(frozen=True, slots=True)
class Element:
    """One element with its attributes; one without a value is the empty text."""

    tag: str
    attributes: Mapping[str, str]
    text: str = ""
    """The text directly in it."""


@dataclass(frozen=True, slots=True)
class Form:
    """The one form of a page.

    Args:
        fields: what it sends when nobody changes anything, without buttons.
        buttons: name and value of each, in order; the key Enter presses the first.
    """

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: tuple[tuple[str, str], ...] = ()

    def filled(self, values: Mapping[str, str], *, button: str | None = None) -> Self:
        """Return the form with values typed into it, and with the field of the pressed button."""
        pressed = dict(self.buttons) if button is not None else {}
        own = {} if button is None else {button: pressed[button]}
        return replace(self, fields={**self.fields, **values, **own})


def parse_form(html: bytes | str) -> Form:
    """Read the one form of a page."""
    elements = parse_elements(html)
    (form,) = [element for element in elements if element.tag == "form"]
    assert form.attributes["method"] == "post"
    return Form(
        form.attributes["action"],
        dict(_value(element) for element in elements if _is_sent(element)),
        tuple(
            (element.attributes["name"], element.attributes["value"])
            for element in elements
            if element.tag == "button" and "name" in element.attributes
        ),
    )


def parse_elements(html: bytes | str) -> list[Element]:
    """Return every element of a page, in order; a page that is not well-formed is refused."""
    reader = _Reader()
    reader.feed(html if isinstance(html, str) else html.decode())
    reader.close()
    assert reader.open == [], "elements are left open"
    return [replace(element, text="".join(texts)) for element, texts in reader.read]


def visible_text(html: bytes | str) -> str:
    """Return what a person reads, without the title."""
    unseen = {"title", *_INLINE}
    return "\n".join(element.text for element in parse_elements(html) if element.tag not in unseen)


def check_page(headers: Mapping[str, str], body: bytes) -> None:
    """Claim what is true of every page: how it is sent, and that it is safe and accessible."""
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    elements = parse_elements(body)
    _check_policy(headers["content-security-policy"], elements)
    _check_nothing_active(elements)
    _check_accessible(elements)


def _check_policy(policy: str, elements: list[Element]) -> None:
    directives = policy.split("; ")
    assert all(_POLICY.fullmatch(directive) for directive in directives)
    sources = {name: rest for name, _, rest in (each.partition(" ") for each in directives)}
    assert len(sources) == len(directives)
    for name in ("default-src", "base-uri", "frame-ancestors"):
        assert sources[name] == "'none'"
    for tag, name in _INLINE.items():
        texts = [element.text for element in elements if element.tag == tag]
        own = _own_files(elements, "link", "href") if tag == "style" else set()
        let_in = [*(["'self'"] if own else []), *(_digest(text) for text in texts)]
        assert sources.get(name, "").split() == let_in
    shown = {element.attributes["src"] for element in elements if element.tag == "img"}
    own = _own_files(elements, "img", "src") | _own_files(elements, "source", "srcset")
    let_in = [*(["'self'"] if own else []), *(image.partition("?")[0] for image in shown - own)]
    assert sources.get("img-src", "").split() == let_in
    frames = [element.attributes["src"] for element in elements if element.tag == "iframe"]
    origins = {urlunsplit((*urlsplit(frame)[:2], "", "", "")) for frame in frames}
    assert set(sources.get("frame-src", "").split()) == origins
    # Chrome holds it against the whole chain of redirects that follows a form.
    assert "form-action" not in sources


def _own_files(elements: list[Element], tag: str, attribute: str) -> set[str]:
    """Return the addresses of a theme's files on a page."""
    named = {element.attributes[attribute] for element in elements if element.tag == tag}
    return {address for address in named if _OWN.fullmatch(address)}


def _is_harmless(frame: Element) -> bool:
    """Tell whether a frame is one that nobody sees and that cannot lead the page elsewhere."""
    rights = set(frame.attributes.get("sandbox", "allow-top-navigation").split())
    can_do = {"allow-forms", "allow-same-origin", "allow-scripts"}
    return "hidden" in frame.attributes and rights <= can_do


_ACTIVE = frozenset({"object", "embed", "base", "foreignobject", "use", "image", "animate", "set"})
"""The last five stand in pictures; of those a page has shapes alone."""


def _check_nothing_active(elements: list[Element]) -> None:
    for element in elements:
        names = element.attributes.keys()
        assert not any(name.startswith("on") or name == "style" for name in names)
        assert element.tag not in _ACTIVE
        assert element.tag != "script" or not names
        assert element.tag != "link" or _OWN.fullmatch(element.attributes["href"])
        assert element.tag != "link" or element.attributes["rel"] == "stylesheet"
        assert element.tag != "iframe" or _is_harmless(element)
        for name in names & {"href", "src", "action", "formaction"}:
            assert re.match(r"https?://|/(?![/\\])", element.attributes[name])


def _check_accessible(elements: list[Element]) -> None:
    by_tag = {tag: [e for e in elements if e.tag == tag] for tag in ("html", "h1", "title")}
    assert [len(found) for found in by_tag.values()] == [1, 1, 1]
    assert "lang" in by_tag["html"][0].attributes
    ids = [e.attributes["id"] for e in elements if "id" in e.attributes]
    assert len(set(ids)) == len(ids)
    labelled = {e.attributes["for"] for e in elements if e.tag == "label"}
    inputs = [e.attributes for e in elements if e.tag == "input"]
    assert labelled == {each["id"] for each in inputs if each["type"] != "hidden"}
    described = {id for each in inputs for id in each.get("aria-describedby", "").split()}
    assert described <= {e.attributes.get("id") for e in elements if e.attributes.get("role")}
    assert len([e for e in elements if "autofocus" in e.attributes]) <= 1


def _is_sent(element: Element) -> bool:
    if element.tag != "input":
        return False
    return element.attributes["type"] != "checkbox" or "checked" in element.attributes


def _value(element: Element) -> tuple[str, str]:
    default = "on" if element.attributes["type"] == "checkbox" else ""
    return element.attributes["name"], element.attributes.get("value", default)


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class _Reader(HTMLParser):
    """Collects elements in the order in which they begin."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[tuple[Element, list[str]]] = []
        self.open: list[tuple[Element, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        assert len(attributes) == len(attrs), f"<{tag}> has an attribute twice"
        self.read.append((Element(tag, attributes), []))
        if tag not in _VOID:
            self.open.append(self.read[-1])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0].tag == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1][1].append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")
