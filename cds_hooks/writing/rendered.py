"""Card markdown as HTML, the way an EHR shows it: for the pages on which people look at cards."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict


def card_markdown() -> MarkdownIt:
    """A renderer of GitHub-flavoured markdown as cards use it; raw HTML and images are shown as text, and links
    open beside the page, never in place of the chart.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
    markdown.add_render_rule("link_open", _open_beside)
    for cell in ("th_open", "td_open"):
        markdown.add_render_rule(cell, _align_by_class)
    return markdown


def _open_beside(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    tokens[index].attrSet("target", "_blank")
    tokens[index].attrSet("rel", "noopener noreferrer")
    return renderer.renderToken(tokens, index, options, env)


def _align_by_class(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """The page's policy allows no style attribute, so a column's alignment becomes a class."""
    alignment = tokens[index].attrs.pop("style", None)
    if alignment is not None:
        tokens[index].attrSet("class", str(alignment).replace("text-align:", "align-"))
    return renderer.renderToken(tokens, index, options, env)
