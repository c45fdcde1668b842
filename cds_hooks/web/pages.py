"""Pages for readers: the clinician's guide and the source attributes of the cards. No script runs on them."""

from collections.abc import Sequence
from functools import cache

import flask
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from cds_hooks.web.attributes import Attributes
from cds_hooks.web.desk import Desk
from cds_hooks.web.wire import json_answer
from cds_hooks.writing.guide import guide
from cds_hooks.writing.guide_parts import slug

POLICY = "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
_OFFERED = ("application/json", "text/html")  # the first where a client takes both alike


def blueprint(desk: Desk) -> flask.Blueprint:
    """GET /guide, and the source attributes by card and version: JSON unless HTML is asked for. Each is made once."""
    routes = flask.Blueprint(
        "for_readers", __name__, template_folder="templates", static_folder="static", static_url_path="/guide/static"
    )

    @cache
    def guide_in_html() -> str:
        return str(markdown().render(guide(desk.knowledge)))

    attributes = Attributes(desk)

    @routes.get("/cds-services/<service_id>/source-attributes")
    def show_attributes(service_id: str) -> flask.Response:
        desk.check_service(service_id)
        found = attributes.find(flask.request.args.get("version"), flask.request.args.get("card"))
        if flask.request.accept_mimetypes.best_match(_OFFERED) == "text/html":
            body = flask.render_template("source_attributes.html", **found, served=desk.knowledge.fingerprint)
            answer = page("Sources, intended use and limits", body, found["knowledge"])
        else:
            answer = json_answer(found)
        answer.vary.add("Accept")
        return answer

    @routes.get("/guide")
    def show() -> flask.Response:
        return page("Clinician's guide", guide_in_html(), desk.knowledge.fingerprint)

    return routes


def page(title: str, body: str, fingerprint: str) -> flask.Response:
    """A page around `body`, which is HTML of our own making."""
    text = flask.render_template("page.html", title=title, body=body, fingerprint=fingerprint)
    return flask.Response(text, mimetype="text/html", headers={"Content-Security-Policy": POLICY})


def markdown() -> MarkdownIt:
    """A renderer of our own Markdown: raw HTML in it stays text, and headings can be linked to."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    renderer.add_render_rule("heading_open", _heading)
    return renderer


def _heading(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    tokens[index].attrSet("id", slug(tokens[index + 1].content))
    return renderer.renderToken(tokens, index, options, env)
