"""The one place of assembly: settings, knowledge and journal become a Flask application."""

import gc
import os
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from multiprocessing.util import Finalize

import flask
from structlog.typing import FilteringBoundLogger

from cds_hooks import __version__
from cds_hooks.audit import snapshots
from cds_hooks.audit.identity import new_id
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import read_keyring
from cds_hooks.audit.notary import Notary
from cds_hooks.errors import KnowledgeBroken
from cds_hooks.fhir.loading import Limits
from cds_hooks.fhir.server import FhirServers
from cds_hooks.fhir.typed import warm_up
from cds_hooks.knowledge.library import Knowledge, Service
from cds_hooks.knowledge.load import MoreChecks, load_knowledge
from cds_hooks.outbound.caller import Outbound
from cds_hooks.outbound.places import Place
from cds_hooks.protocol.discovery import ServiceAnnouncement, check_discovery, discovery
from cds_hooks.settings import Settings, read_settings
from cds_hooks.web import admission, feedback, headers, health, hooks, logs, openapi, pages, problems
from cds_hooks.web.desk import Desk

# Seconds for which one thread keeps the interpreter from the others, a tenth of Python's own: a client that must be
# told to try again is not to wait for many answers in progress to take their turns.
_TURN = 0.0005


def now() -> datetime:
    """The wall clock, aware, in UTC."""
    return datetime.now(UTC)


def create_app(  # noqa: PLR0913 (the one place of assembly)
    settings: Settings,
    knowledge: Knowledge,
    journal: Journal,
    clock: Callable[[], datetime] = now,
    *,
    extra_blueprints: tuple[flask.Blueprint, ...] = (),
    new_id: Callable[[datetime], str] = new_id,
    log: FilteringBoundLogger | None = None,
    outbound: Outbound | None = None,
) -> flask.Flask:
    """The application. `clock` must give aware times; `new_id` makes decision ids; without an `outbound` there is
    one to the places of the settings, closed at exit.

    Raises KnowledgeBroken if the knowledge does not make a valid discovery answer.
    """
    announced = discovery((_announcement(knowledge.service),), settings.announce_version)
    if found := check_discovery(announced):
        raise KnowledgeBroken(tuple(f"discovery: {problem}" for problem in found))
    log = log or logs.logger()
    servers = FhirServers(
        settings.fhir_servers, _limits(settings), outbound or Outbound(map(Place, settings.fhir_servers))
    )
    snapshots.keep(journal, knowledge)
    base_url = str(settings.base_url) if settings.base_url else None
    desk = Desk(
        knowledge=knowledge,
        journal=journal,
        log=log,
        clock=clock,
        new_id=new_id,
        max_body_bytes=settings.max_body_bytes,
        discovery=announced,
        fhir_servers=servers,
        base_url=base_url,
        build=__version__,
        require_approval=settings.require_approval,
    )
    app = flask.Flask("cds_hooks", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False  # a redirect would fail the preflight of a browser client
    logs.register(app, log)
    headers.register(app, settings.cors_origins)
    problems.register(app, log)
    admission.register(app, settings.max_in_progress, settings.max_body_bytes)
    own = (module.blueprint(desk) for module in (hooks, feedback, health, pages, openapi))
    for routes in (*own, *extra_blueprints):
        app.register_blueprint(routes)
    return app


def _limits(settings: Settings) -> Limits:
    return Limits(
        settings.fetch_deadline_ms, settings.fetch_max_pages, settings.fetch_max_entries, settings.max_body_bytes
    )


def wsgi() -> flask.Flask:
    """The application as the environment describes it; the factory that the WSGI server calls in each worker.

    Raises SettingsBroken, KnowledgeBroken or JournalUnavailable: then the service does not start.
    """
    settings = read_settings(os.environ)
    knowledge = released_knowledge(settings)
    journal = Journal(settings.database_url, read_keyring(settings.pseudonym_key_file))
    app = create_app(settings, knowledge, journal)
    # at the exit of a worker too, where atexit is not called
    Finalize(None, Notary(journal, settings.checkpoints, now).close, exitpriority=1)
    warm_up()  # the first answer must not wait for the FHIR models to load
    sys.setswitchinterval(_TURN)
    gc.collect()
    gc.freeze()  # what was loaded lives as long as the process: no collection needs to look at it again
    return app


def released_knowledge(settings: Settings, more_checks: Iterable[MoreChecks] = ()) -> Knowledge:
    """The knowledge that the settings name. Raises KnowledgeBroken if it has problems, or is not the one expected."""
    knowledge = load_knowledge(settings.cards, more_checks)
    if settings.expected_knowledge not in ("", knowledge.fingerprint):
        found, expected = knowledge.fingerprint, settings.expected_knowledge
        raise KnowledgeBroken((f"the knowledge is {found}, but RECURRENCE_CDS_EXPECTED_KNOWLEDGE asks for {expected}",))
    return knowledge


def _announcement(service: Service) -> ServiceAnnouncement:
    templates = {key.name: key.template for key in service.prefetch}
    return ServiceAnnouncement(
        service.id, service.hook, service.title, service.description, service.usage_requirements, templates
    )
