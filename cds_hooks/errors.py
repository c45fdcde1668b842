"""Every exception that this package raises on purpose.

    RecurrenceCdsError
    ├── SettingsBroken            the environment does not make valid settings; the service does not start
    ├── ClientsBroken             the client registry has problems (all of them listed); it does not start
    ├── KnowledgeBroken           the knowledge folder has problems (all of them listed); it does not start
    ├── ApprovalRefused           something cannot be approved, or withdrawn; nothing was written
    ├── ImpactImpossible          two versions cannot be compared: one is not there, or not read by this program
    ├── JournalUnavailable        the answer could not be recorded, so it is not given
    ├── Overloaded                as many answers are in progress as one worker may give at a time
    ├── CallFailed                another server cannot be read
    ├── NotInJournal              the journal does not hold what was asked for
    ├── PayloadForgotten          the sealed part of a row cannot be opened any more: its key was shredded
    ├── PayloadUnreadable         the sealed part of a row was changed, or its key is not in the ring
    ├── DemoCannotStart           a port is taken, or the synthetic patients cannot be served
    ├── ExportUnusable            a bulk export cannot be read, or lacks what every answer needs
    ├── EngineUnavailable         what a cohort engine needs is not installed, or its workers keep dying
    ├── NotAuthenticated          the caller is not one of those who may call, or did not prove it
    └── RequestRefused            what the client sent cannot be answered; says what to mend, no patient data
        ├── NotJson               not strict JSON in UTF-8
        ├── TooLarge              more bytes than the service accepts
        ├── NotJsonMediaType      the Content-Type is not JSON, or the body is encoded
        ├── NotAHookRequest       JSON, but not a valid request for this service
        ├── WrongHook             a valid request for another hook
        ├── WrongPatient          data of another patient in the prefetch
        ├── RequiredDataMissing   required data neither prefetched nor obtainable
        ├── UnknownService        no service with this id
        └── UnknownVersion        no source attributes of this card or version

Which HTTP status each becomes is decided in one place, `web.problems`.
"""


class RecurrenceCdsError(Exception):
    """Root of the tree."""


class SettingsBroken(RecurrenceCdsError):
    """The settings are not valid; `problems` holds one line each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "; ".join(self.problems)


class ClientsBroken(RecurrenceCdsError):
    """The client registry is not valid; `problems` holds every finding, one line each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)


class KnowledgeBroken(RecurrenceCdsError):
    """The knowledge folder is not valid; `problems` holds every finding, one line each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)


class ApprovalRefused(RecurrenceCdsError):
    """An approval that may not be given, or not be withdrawn; the message says why."""


class ImpactImpossible(RecurrenceCdsError):
    """Two versions of the knowledge cannot be compared; the message says why."""


class JournalUnavailable(RecurrenceCdsError):
    """The journal could not commit: the answer must not be sent."""


class Overloaded(RecurrenceCdsError):
    """As many answers are in progress as one worker may give at a time: this one may be asked for again."""


class CallFailed(RecurrenceCdsError):
    """Another server did not give what was asked of it; the message names neither it nor what came."""


class NotInJournal(RecurrenceCdsError):
    """The journal does not hold the row, or the knowledge, that was asked for."""


class PayloadForgotten(RecurrenceCdsError):
    """The key of a row's sealed part is not kept any more."""


class PayloadUnreadable(RecurrenceCdsError):
    """A sealed part, or its wrapped key, cannot be opened with this ring of keys."""


class NotAuthenticated(RecurrenceCdsError):
    """The caller is not let in. `reason` is a word for the log and the journal; the caller never hears it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DemoCannotStart(RecurrenceCdsError):
    """The demo cannot start; the message says what to mend."""


class ExportUnusable(RecurrenceCdsError):
    """A bulk export cannot be read, or lacks what every answer needs; the message says what."""


class EngineUnavailable(RecurrenceCdsError):
    """A cohort engine cannot run: what it needs is not installed, or its workers keep dying."""


class RequestRefused(RecurrenceCdsError):
    """The client's request cannot be answered.

    `text` says what to mend in words that may be sent and logged: never a value out of the request.
    `where` is a path of member names inside the body, or empty.
    """

    def __init__(self, text: str, where: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.where = where


class NotJson(RequestRefused):
    """The body is not strict JSON in UTF-8."""


class TooLarge(RequestRefused):
    """The body has more bytes than the service accepts."""


class NotJsonMediaType(RequestRefused):
    """The Content-Type is not JSON, or the body carries a Content-Encoding."""


class NotAHookRequest(RequestRefused):
    """The body is JSON but not a valid hook request or feedback."""


class WrongHook(RequestRefused):
    """The request is for a hook that this service does not answer."""


class WrongPatient(RequestRefused):
    """The prefetch holds data of a patient other than the one in the context."""


class RequiredDataMissing(RequestRefused):
    """Data without which nothing can be said were not prefetched and cannot be obtained."""


class UnknownService(RequestRefused):
    """No service has the id in the address."""


class UnknownVersion(RequestRefused):
    """There are no source attributes of the card or version that was asked for."""
