"""Code lists: CSV files that say what a code means to a reader."""

import csv
import io
from dataclasses import dataclass

from cds_hooks.fhir.codes import canonical_system, normalise_code
from cds_hooks.picture.vocabulary import CodeList

COLUMNS = ("system", "code", "match", "display", "meaning", "note", "source")
_NEEDED = ("system", "code", "match", "meaning", "source")
_MATCHES = ("exact", "prefix")


@dataclass(frozen=True, slots=True)
class CodeListFile:
    """A code list as read, and every problem found in it."""

    codelist: CodeList
    problems: tuple[str, ...]


def read_codelist(text: str, name: str, file: str) -> CodeListFile:
    """Read one code list. `name` is what facts call it, `file` how problems shall call the file."""
    codelist = CodeList(name, {}, {})
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        return CodeListFile(codelist, (f"{file}:1: not CSV: {error}",))
    if not rows or tuple(rows[0]) != COLUMNS:
        return CodeListFile(codelist, (f"{file}:1: the columns must be {','.join(COLUMNS)}",))
    found: dict[str, dict[tuple[str, str], str]] = {match: {} for match in _MATCHES}
    problems: list[str] = []
    # rows are one line each: a cell with a line break would hide a row from the eye, and counts as a wrong line
    for line, cells in enumerate(rows[1:], start=2):
        at = f"{file}:{line}"
        wrong = _problem(cells)
        if wrong:
            problems.append(f"{at}: {wrong}")
            continue
        row = dict(zip(COLUMNS, cells, strict=True))
        key = (row["system"], normalise_code(row["system"], row["code"]))
        if key in found[row["match"]]:
            problems.append(f"{at}: {row['code']} of {row['system']} is in this list already")
        found[row["match"]].setdefault(key, row["meaning"])
    # the longest prefix first, so that the most precise one is met first
    prefixes = dict(sorted(found["prefix"].items(), key=lambda item: -len(item[0][1])))
    return CodeListFile(CodeList(name, found["exact"], prefixes), tuple(problems))


def _problem(cells: list[str]) -> str:
    """What is wrong with a row, or nothing."""
    if len(cells) != len(COLUMNS):
        return f"{len(cells)} cells where {len(COLUMNS)} belong"
    row = dict(zip(COLUMNS, cells, strict=True))
    if any(cell != cell.strip() or "\n" in cell for cell in cells):
        return "a cell begins or ends with a blank, or holds a line break"
    empty = [column for column in _NEEDED if not row[column]]
    if empty:
        return f"no {', '.join(empty)}"
    if row["match"] not in _MATCHES:
        return f"match is {row['match']!r}, not exact or prefix"
    if canonical_system(row["system"]) != row["system"]:
        return f"{row['system']!r} is not the canonical name of a code system"
    return ""
