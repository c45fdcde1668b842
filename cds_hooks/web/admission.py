"""Admission: how many answers one worker gives at a time.

Beyond that a client is told at once to try again. A queue would make every clinician wait, and the last of them for
an answer that nobody looks at any more; an EHR goes on without cards when it is refused.
"""

from threading import BoundedSemaphore

import flask

from cds_hooks.errors import Overloaded
from cds_hooks.web.wire import read_off

_ANSWERS = "hooks.call"


def register(app: flask.Flask, most: int, max_body_bytes: int) -> None:
    """Let `most` answers be in progress; the next is refused with Overloaded. All other addresses stay open: what runs
    the service must see that it is alive.
    """
    places = BoundedSemaphore(most)

    @app.before_request
    def enter() -> None:
        if flask.request.endpoint != _ANSWERS:
            return
        if not places.acquire(blocking=False):
            read_off(max_body_bytes)
            raise Overloaded("This worker has as many requests as it can answer.")
        flask.g.has_place = True

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        if flask.g.pop("has_place", False):
            places.release()
