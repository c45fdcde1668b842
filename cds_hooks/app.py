"""The one place of assembly: settings, knowledge and journal become a Flask application."""

import ctypes
import gc
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.util import Finalize
from typing import TypeVar

import flask
from structlog.typing import FilteringBoundLogger

from cds_hooks import __version__
from cds_hooks.audit import snapshots
from cds_hooks.audit.identity import new_id
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import read_keyring
from cds_hooks.audit.nonces import Nonces
from cds_hooks.audit.notary import Notary
from cds_hooks.audit.switches import Switches
from cds_hooks.errors import JournalUnavailable, KnowledgeBroken
from cds_hooks.fhir.loading import Limits
from cds_hooks.fhir.server import FhirServers
from cds_hooks.fhir.typed import warm_up
from cds_hooks.knowledge.library import Knowledge, Service
from cds_hooks.knowledge.load import MoreChecks, load_knowledge
from cds_hooks.outbound.caller import Outbound
from cds_hooks.profiles import clients_of, places_of
from cds_hooks.protocol.discovery import ServiceAnnouncement, check_discovery, discovery
from cds_hooks.reasoning.consider import UNAPPROVED
from cds_hooks.reasoning.considerations import CardKind
from cds_hooks.reasoning.stratify import NO_BREAST_CANCER
from cds_hooks.settings import Settings, read_settings
from cds_hooks.web import admission, explanation, feedback, headers, health, hooks, logs, openapi, pages, problems
from cds_hooks.web import metrics as figures
from cds_hooks.web.clients import Clients
from cds_hooks.web.desk import Desk
from cds_hooks.web.gate import Gate
from cds_hooks.web.heartbeat import Heart
from cds_hooks.web.keys import Keys

# Seconds for which a thread that computes keeps the interpreter from the others, less than half of Python's own: who
# commits its row, or must be told to try again, asks for the interpreter several times. Still less would let those who
# are told so take the time of the answers.
_TURN = 0.002
_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of malloc.h
_LARGE = 1024 * 1024  # bytes of a block that is asked of the system and given back to it by itself
AGAIN = 0.25  # seconds until a journal that is away is tried again
_Made = TypeVar("_Made")


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
    clients: Clients | None = None,
    outbound: Outbound | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    console_word: str | None = None,
) -> flask.Flask:
    """The application. `clock` must give aware times, `monotonic` is for what lasts; `new_id` makes decision ids.
    `console_word` opens the console to the first who says it; without it visitors sign in where the settings say.
    Without `clients` they are those of the settings; without an `outbound` there is one to their places, closed in
    the end.

    Raises KnowledgeBroken if the knowledge does not make a valid discovery answer, SettingsBroken, ClientsBroken.
    """
    announced = discovery((_announcement(knowledge.service),), settings.announce_version)
    if found := check_discovery(announced):
        raise KnowledgeBroken(tuple(f"discovery: {problem}" for problem in found))
    log = log or logs.logger()
    clients = clients or clients_of(settings)
    outbound = outbound or Outbound((*clients.places, *places_of(settings)))
    metrics = _metrics(clients, knowledge)
    snapshots.keep(journal, knowledge)
    base_url = str(settings.base_url) if settings.base_url else None
    desk = Desk(
        knowledge=knowledge,
        journal=journal,
        log=log,
        clock=clock,
        new_id=new_id,
        max_body_bytes=settings.max_body_bytes,
        max_entries=settings.max_entries,
        discovery=announced,
        gate=Gate(
            clients=clients,
            keys=Keys(outbound.fetch, monotonic, metrics.read_keys),
            nonces=Nonces(journal.database, monotonic),
            switches=Switches(journal.database, monotonic),
            clock=clock,
            base_url=base_url,
            guards_discovery=settings.authenticate_discovery,
        ),
        fhir_servers={each.name: FhirServers(each.fhir_servers, _limits(settings), outbound) for each in clients},
        metrics=metrics,
        base_url=base_url,
        build=__version__,
        require_approval=settings.require_approval,
        explained_for=timedelta(hours=settings.explanation_hours),
    )
    app = flask.Flask("cds_hooks", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False  # a redirect would fail the preflight of a browser client
    logs.register(app, log)
    figures.register(app, metrics)
    headers.register(app, clients.origins, https=settings.base_url is not None and settings.base_url.scheme == "https")
    problems.register(app, log)
    admission.register(app, settings.max_in_progress, settings.max_body_bytes)
    own = (module.blueprint(desk) for module in (hooks, feedback, explanation, health, pages, openapi))
    token = figures.read_token(settings.metrics_token_file)
    heart = Heart(desk, monotonic)
    counted = (figures.blueprint(metrics, token, os.environ.get(figures.FOLDER), heart.beat),) if token else ()
    for routes in (*own, *counted, *extra_blueprints):
        app.register_blueprint(routes)
    if (way_in := console_word or settings.oidc_issuer) is not None:
        from cds_hooks.web.console.assembly import console  # noqa: PLC0415 (a fifth of all that is imported)

        app.register_blueprint(console(desk, heart, (each.name for each in clients), settings, outbound, way_in))
    return app


def _metrics(clients: Clients, knowledge: Knowledge) -> figures.Metrics:
    """The counters, with the words that their labels may have."""
    reasons = {NO_BREAST_CANCER, UNAPPROVED, *knowledge.gates, *knowledge.vocabulary.facts, *hooks.REASONS}
    return figures.Metrics((each.name for each in clients), (kind.value for kind in CardKind), reasons)


def _limits(settings: Settings) -> Limits:
    return Limits(
        settings.fetch_deadline_ms, settings.fetch_max_pages, settings.fetch_max_entries, settings.max_body_bytes
    )


def wsgi() -> flask.Flask:
    """The application as the environment describes it, for a WSGI server that calls a factory in each worker.

    Raises SettingsBroken, KnowledgeBroken or JournalUnavailable: then the service does not start.
    """
    settings = read_settings(os.environ)
    return worker(settings, released_knowledge(settings))


def worker(settings: Settings, knowledge: Knowledge) -> flask.Flask:
    """The application of one worker, with knowledge that was loaded and checked before.

    The journal was there when the service started. If it is away while this worker takes the place of one that was
    killed, the worker waits for it: one that ended would take the others with it.
    """
    journal, app = patiently(lambda: _with_its_journal(settings, knowledge))
    # at the exit of a worker too, where atexit is not called
    Finalize(None, Notary(journal, settings.checkpoints, now).close, exitpriority=1)
    warm_up()  # the first answer must not wait for the FHIR models to load
    sys.setswitchinterval(_TURN)
    keep_what_is_loaded()
    give_large_blocks_back()
    return app


def _with_its_journal(settings: Settings, knowledge: Knowledge) -> tuple[Journal, flask.Flask]:
    journal = Journal(settings.database_url, read_keyring(settings.pseudonym_key_file))
    try:
        return journal, create_app(settings, knowledge, journal)
    except JournalUnavailable:
        journal.close()
        raise


def patiently(make: Callable[[], _Made]) -> _Made:
    """What is made, as soon as the journal is available."""
    while True:
        try:
            return make()
        except JournalUnavailable:
            time.sleep(AGAIN)


@contextmanager
def uncollected() -> Iterator[None]:
    """While something is loaded that stays: to look for garbage in it again and again takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def keep_what_is_loaded() -> None:
    """Let no collection look again at what lives as long as the process: its pauses, and copies of memory that workers
    share, are saved.
    """
    gc.collect()
    gc.freeze()


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


def give_large_blocks_back() -> None:
    """Let the memory of a long chart go as soon as it is free. The C library of Linux learns from the first one to keep
    blocks of its size, for each thread anew; others have no such habit and are left as they are.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_MMAP_THRESHOLD, _LARGE)
