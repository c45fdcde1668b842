"""YAML read strictly: nothing in it means more than it says.

Unquoted whole numbers and decimals are numbers (int and Decimal), `null`, `~` and nothing at all are None, everything
else is a string: `no` and `true` stay words, `0123` and `1e3` stay codes. Duplicate keys, anchors, aliases, tags and a
second document are problems. Every problem carries its file and line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

# libyaml where PyYAML was built with it (every wheel): ten times faster, the same events
_Loader = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader

Path = tuple[str | int, ...]

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_NOTHING = frozenset({"", "~", "null"})


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain values, with the line of each of them by its path, and every problem found in it.

    `value` is None where the file could not be read at all.
    """

    name: str
    value: Any
    lines: Mapping[Path, int]
    problems: tuple[str, ...]

    def at(self, path: Path) -> str:
        """File and line ("tiers.yaml:12") of a value, or of the nearest value that holds it."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.name}:{self.lines.get(path, 1)}"


def read_yaml(text: str, name: str) -> Document:
    """Read one document; `name` is the file as problems shall call it."""
    try:
        problems = [f"{name}:{line}: {what}" for line, what in _refused(text)]
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        return Document(name, None, {}, (f"{name}:{_line(error.problem_mark)}: not YAML: {error.problem}",))
    except yaml.YAMLError as error:  # a character that YAML does not allow has no line
        return Document(name, None, {}, (f"{name}:1: not YAML: {error}".replace("\n", " "),))
    if problems or node is None:
        return Document(name, None, {}, tuple(problems) or (f"{name}:1: the file is empty",))
    lines: dict[Path, int] = {}
    value = _value(node, (), name, lines, problems)
    return Document(name, value, lines, tuple(problems))


def with_members(text: str, changes: Mapping[str, str]) -> str:
    """The text with other values for some members of its outermost mapping; every other character stays.

    `text` has passed `read_yaml` and has these members; the new values are YAML in flow style.
    """
    (node,) = yaml.compose_all(text, Loader=yaml.BaseLoader)  # the marks of this loader count characters
    spans = [(key.value, item.start_mark.index, _end(item)) for key, item in node.value if key.value in changes]
    for name, start, end in reversed(spans):
        text = f"{text[:start]}{changes[name]}{text[end:]}"
    return text


def members_named(value: Any, name: str, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every member called `name` at any depth, with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == name:
                yield (*path, key), item
            yield from members_named(item, name, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from members_named(item, name, (*path, place))


def _refused(text: str) -> Iterator[tuple[int, str]]:
    """What YAML would allow and we do not."""
    for event in yaml.parse(text, Loader=_Loader):
        line = _line(event.start_mark)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            yield line, "anchors and aliases are not used here: write the value out"
        elif getattr(event, "tag", None) is not None:
            yield line, "tags are not used here"


def _value(node: yaml.Node, path: Path, name: str, lines: dict[Path, int], problems: list[str]) -> Any:
    lines[path] = _line(node.start_mark)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), name, lines, problems) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, name, lines, problems)
    return node.value if getattr(node, "style", None) else _scalar(node.value)


def _mapping(
    node: yaml.MappingNode, path: Path, name: str, lines: dict[Path, int], problems: list[str]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in node.value:
        line = _line(key.start_mark)
        if not isinstance(key, yaml.ScalarNode):
            problems.append(f"{name}:{line}: a key is one word, not a list or a mapping")
        elif key.value in found:
            problems.append(f"{name}:{line}: the key {key.value!r} is written twice")
        else:
            found[key.value] = _value(item, (*path, key.value), name, lines, problems)
            lines[(*path, key.value)] = line
    return found


def _end(node: yaml.Node) -> int:
    """Where the last character of a value stands; a block's own mark lies behind the comments that follow it."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return _end(node.value[-1][1])
    return int(node.end_mark.index)


def _line(mark: Any) -> int:
    """The line as editors count; the parser counts from 0."""
    return int(mark.line) + 1


def _scalar(text: str) -> Any:
    if text in _NOTHING:
        return None
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text
