"""The try-it page: choose a synthetic patient, see the real call and the cards as an EHR would show them.

The page's script acts as the EHR: it reads discovery, fills the prefetch from the demo's FHIR server, calls the
service and posts the feedback, all from the browser. This blueprint only serves the page, and turns the markdown
of cards into HTML (raw HTML inside it stays text).
"""

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request

from cds_hooks.demo.stories import Story
from cds_hooks.writing.rendered import card_markdown

SANDBOX = "https://sandbox.cds-hooks.org/"
BEGIN_WITH = (  # the stories that show most, listed first when they are there
    "A new triple negative cancer before any treatment",
    "One to three nodes at year two on an aromatase inhibitor",
    "Five years of tamoxifen done",
    "A conserved breast with an overdue mammogram",
    "A new lump in the treated breast",
    "Triple negative with four positive nodes",
    "Every factor low",
    "Vessel invasion not reported",
    "Two tumours small left and large right",
    "Nothing but a patient",
)
LARGEST_MARKDOWN = 1_000_000  # characters of one card's detail; far above any card


def create_try_it(stories: Sequence[Story], service_url: str, fhir_url: str, kept_in: str) -> Blueprint:
    """The page as a blueprint for "/".

    `service_url` is the root of the CDS service ("http://127.0.0.1:8000"), `fhir_url` the base of the FHIR server
    that the page reads from, `kept_in` says in the footer where the journal is.
    """
    page = Blueprint(
        "try_it",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/try-it/static",
    )
    markdown = card_markdown()
    discovery = f"{service_url}/cds-services"
    first, others = to_begin_with(stories)
    groups = {"Good to begin with": first, "All other stories": others}
    sandbox = {story.patient_id: sandbox_address(fhir_url, story.patient_id, discovery) for story in stories}
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'none'; "
        f"base-uri 'none'; frame-ancestors 'none'; connect-src 'self' {fhir_url.rstrip('/')}/"
    )

    @page.get("/")
    def show() -> Response:
        body = render_template(
            "try_it.html",
            groups=groups,
            sandbox=sandbox,
            fhir_url=fhir_url,
            discovery=discovery,
            kept_in=kept_in,
        )
        response = make_response(body)
        response.headers["Content-Security-Policy"] = policy
        response.headers["Cache-Control"] = "no-store"
        return response

    @page.post("/try-it/markdown")
    def render() -> Response:
        asked = request.get_json()
        texts = asked.get("texts") if isinstance(asked, dict) else None
        if not isinstance(texts, list) or not all(isinstance(t, str) and len(t) < LARGEST_MARKDOWN for t in texts):
            abort(400)
        return jsonify(html=[markdown.render(text) for text in texts])

    return page


def to_begin_with(stories: Iterable[Story]) -> tuple[list[Story], list[Story]]:
    """The stories that show most, in their order of interest, and all others."""
    by_sentence = {story.sentence: story for story in stories}
    first = [by_sentence.pop(sentence) for sentence in BEGIN_WITH if sentence in by_sentence]
    return first, list(by_sentence.values())


def sandbox_address(fhir_url: str, patient_id: str, discovery_url: str) -> str:
    """The address that opens the hosted CDS Hooks Sandbox on this patient with this service."""
    return (
        SANDBOX
        + "?"
        + urlencode(
            {
                "fhirServiceUrl": fhir_url,
                "patientId": patient_id,
                "serviceDiscoveryURL": discovery_url,
                "hook": "patient-view",
            }
        )
    )
