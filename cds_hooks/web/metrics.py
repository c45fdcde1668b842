"""Figures for Prometheus. Every label has a closed set of values, none of which came out of a request.

With several workers the counters stand in files that all of them share (PROMETHEUS_MULTIPROC_DIR, which `serve` sets),
so that any worker answers for all.
"""

import hmac
import time
from collections import Counter as Counted
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import flask
from werkzeug.exceptions import NotFound

from cds_hooks.errors import SettingsBroken

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SHORTEST_TOKEN = 32  # characters
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 2.0, 5.0)  # seconds
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class Metrics:
    """The counters of one process. `clients`, `cards` and `reasons` are the values that labels may have; anything else
    is counted as "other".
    """

    def __init__(self, clients: Iterable[str], cards: Iterable[str], reasons: Iterable[str]) -> None:
        # which kind of counters it makes is decided when it is imported: `serve` sets the folder before
        import prometheus_client  # noqa: PLC0415

        self._library: Any = prometheus_client
        self._clients, self._cards, self._reasons = frozenset(clients), frozenset(cards), frozenset(reasons)
        self.registry = prometheus_client.CollectorRegistry(auto_describe=False)

        def counter(name: str, about: str, *labels: str) -> Any:
            return prometheus_client.Counter(f"recurrence_cds_{name}", about, labels, registry=self.registry)

        self._answers = counter("answers", "Answers to HTTP requests.", "method", "route", "status")
        self._seconds = prometheus_client.Histogram(
            "recurrence_cds_answer_seconds",
            "Time to the answer.",
            ("route",),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self._decisions = counter("decisions", "Decisions that were journaled.", "client", "mode", "outcome")
        self._shown = counter(
            "cards", "Cards, by the mode that shows them or holds them back.", "client", "mode", "card"
        )
        self._silence = counter("silence", "Reasons why a decision has no card.", "client", "reason")
        self._refused = counter("refused_callers", "Callers that were not let in.", "reason")
        self._loaded = counter("loaded", "Prefetch keys asked of FHIR servers.", "outcome")
        self._beats = counter("heartbeats", "Consultations of the synthetic patient.", "outcome")
        self._keys = counter("key_reads", "Reads of clients' key sets.", "outcome")

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """An HTTP answer; `route` is the template of the address."""
        self._answers.labels(method if method in _METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def beaten(self, outcome: str) -> None:
        """A heartbeat: its tier was "right" or "wrong", or its row could not be committed ("not_journaled")."""
        self._beats.labels(outcome).inc()

    def decided(self, client: str, mode: str, cards: Iterable[str], silence: str | None) -> None:
        """A decision, with the ids of its cards or the reasons why there are none."""
        who = client if client in self._clients else "other"
        shown = Counted(card if card in self._cards else "other" for card in cards)
        self._decisions.labels(who, mode, "cards" if shown else "silence").inc()
        for card, count in shown.items():
            self._shown.labels(who, mode, card).inc(count)
        for reason in (silence or "").split(", ") if silence else ():
            self._silence.labels(who, reason if reason in self._reasons else "other").inc()

    def refused(self, reason: str) -> None:
        """A caller that was not let in, by a word of `tokens.Refused`."""
        self._refused.labels(reason).inc()

    def loaded(self, outcomes: Counted[str]) -> None:
        """What came of prefetch keys, by the words of `loading.Outcome`."""
        for outcome, count in outcomes.items():
            self._loaded.labels(outcome).inc(count)

    def read_keys(self, worked: bool) -> None:
        """A key set was read, or could not be."""
        self._keys.labels("read" if worked else "failed").inc()

    def text(self, folder: str | None) -> bytes:
        """The figures of this process, or of all that share the folder, as Prometheus reads them."""
        if folder is None:
            return bytes(self._library.generate_latest(self.registry))
        from prometheus_client import multiprocess  # noqa: PLC0415  (see above)

        together = self._library.CollectorRegistry()
        collect: Any = multiprocess.MultiProcessCollector
        collect(together, path=folder)
        return bytes(self._library.generate_latest(together))


def register(app: flask.Flask, metrics: Metrics) -> None:
    """Count every answer."""

    @app.before_request
    def begin() -> None:
        flask.g.metrics_started = time.perf_counter()

    @app.after_request
    def end(response: flask.Response) -> flask.Response:
        rule = flask.request.url_rule
        seconds = time.perf_counter() - flask.g.metrics_started
        metrics.answered(flask.request.method, rule.rule if rule else "none", response.status_code, seconds)
        return response


def blueprint(metrics: Metrics, token: str, folder: str | None, before: Callable[[], None]) -> flask.Blueprint:
    """GET /metrics, for whoever knows the token; for all others there is nothing here. `before` is done before
    each answer.
    """
    routes = flask.Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def show() -> flask.Response:
        sent = flask.request.headers.get("Authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
            raise NotFound
        before()
        return flask.Response(metrics.text(folder), content_type="text/plain; version=0.0.4; charset=utf-8")

    return routes


def read_token(path: Path | None) -> str | None:
    """The token in the file. Raises SettingsBroken if it cannot be read, or is too short to be one."""
    if path is None:
        return None
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsBroken((f"the token of the metrics {path} cannot be read",)) from None
    if len(token) < SHORTEST_TOKEN:
        raise SettingsBroken((f"the token of the metrics has {len(token)} characters; {SHORTEST_TOKEN} are needed",))
    return token
