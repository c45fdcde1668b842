"""Plain HTML: headings, tables with bars, notes. Every text is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d8dee6; --bar: #3b74b8; --back: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #9aa6b5; --line: #39424f; --bar: #5c93d6; --back: #151a21; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); max-width: 62rem;
  margin: 2rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
p, li { max-width: 48rem; }
.note { color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 24rem; }
th, td { text-align: left; padding: .25rem 1.1rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; font-size: .85rem; color: var(--soft); }
.scroll { margin-bottom: 1.2rem; }
td.share { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.share .count { display: inline-block; min-width: 7.5rem; text-align: right; margin-right: .6rem; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.n { text-align: right; }
.bar { display: inline-block; height: .7rem; background: var(--bar); border-radius: 2px; vertical-align: baseline; }
code { font-size: .85em; overflow-wrap: anywhere; }
""".strip()


@dataclass(frozen=True, slots=True)
class Share:
    """A count of a whole, shown as number, percentage and bar."""

    count: int
    whole: int


Cell = str | int | Share


def page(title: str, lead: Iterable[str], sections: Iterable[str]) -> str:
    """The whole document."""
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            *lead,
            *sections,
            "</body></html>\n",
        ]
    )


def note(text: str) -> str:
    """A paragraph of explanation."""
    return f'<p class="note">{escape(text)}</p>'


def section(title: str, *parts: str) -> str:
    """A heading with what stands under it."""
    return "\n".join([f"<section><h2>{escape(title)}</h2>", *parts, "</section>"])


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]], empty: str = "None.") -> str:
    """A table; numbers stand right. Without rows the sentence `empty`."""
    listed = list(rows)
    if not listed:
        return note(empty)
    right = [isinstance(cell, int) for cell in listed[0]]
    head = "".join(f"<th{_class(n)}>{escape(text)}</th>" for text, n in zip(headings, right, strict=True))
    body = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in listed)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def facts(pairs: Iterable[tuple[str, Cell]]) -> str:
    """A table of names and values."""
    rows = "".join(f"<tr><th>{escape(name)}</th>{_cell(value, right=False)}</tr>" for name, value in pairs)
    return f'<div class="scroll"><table><tbody>{rows}</tbody></table></div>'


def _class(number: bool) -> str:
    return ' class="n"' if number else ""


def _cell(cell: Cell, right: bool = True) -> str:
    if isinstance(cell, Share):
        percent = 100 * cell.count / cell.whole if cell.whole else 0.0
        bar = f'<span class="bar" style="width:{percent * 0.06:.2f}rem"></span>'
        return f'<td class="share"><span class="count">{cell.count:,} ({percent:.1f} %)</span>{bar}</td>'
    if isinstance(cell, int):
        return f"<td{_class(right)}>{cell:,}</td>"
    return f"<td>{escape(cell)}</td>"
