"""Considerations: what a card may propose, each with its rule, its cautions and its evidence, all as data."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from msgspec import Struct

from cds_hooks.picture.vocabulary import Scope
from cds_hooks.reasoning.conditions import AllOf, Condition, NumberTest
from cds_hooks.reasoning.verdict import Because


class Status(Enum):
    """How far a consideration has come; a retired one is never judged."""

    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"


class CardKind(Enum):
    """What a card speaks of. The value is the id of the card, but for two: restraint and living after are lines on
    another card. The tier and the data that are not read are no considerations.
    """

    SAFETY = "safety"
    SUSPECTED_RECURRENCE = "suspected_recurrence"
    METASTATIC = "metastatic"
    RECURRENCE_ON_FILE = "recurrence_on_file"
    TIER = "tier"
    IN_SITU = "in_situ"
    SURVEILLANCE = "surveillance"
    RESTRAINT = "restraint"
    TREATMENT = "treatment"
    LIVING_AFTER = "living_after"
    UNSUPPORTED_DATA = "unsupported_data"

    __hash__ = object.__hash__  # as of Truth


class Effect(Enum):
    """What a caution does when it holds."""

    WARN = "warn"
    SUPPRESS = "suppress"


@dataclass(frozen=True, slots=True)
class Caution:
    """A reason against. It is said when it holds (`suppress` then takes the consideration away), and asked for
    (`confirm`: "no history of clots") as long as it cannot be told.
    """

    effect: Effect
    when: Condition
    say: str
    confirm: str


@dataclass(frozen=True, slots=True)
class Due:
    """An examination that comes round: due once `every_months` have passed since the last. `fact` is the number of
    months since then, whose evidence carries its date; `none_found` is the summary when the chart holds none.
    """

    fact: str
    every_months: int
    none_found: str

    @property
    def passed(self) -> NumberTest:
        """The test that the interval has passed."""
        return NumberTest(self.fact, at_least=Decimal(self.every_months))


@dataclass(frozen=True, slots=True)
class CardText:
    """What the card shows. `summary` and `detail` may hold {placeholders}: facts, and with `due` the dates
    {last_done} and {due_since}. `rank` orders considerations of one card, the smallest first.
    """

    kind: CardKind
    indicator: str
    topic: str
    summary: str
    detail: str
    rank: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order that the card offers as a FHIR ServiceRequest (proposal, draft), to be done within `within_days`.
    `body_side` is the breast it is for: "same" or "other" than the tumour's, None where there is no side to say.
    """

    id: str
    label: str
    system: str
    code: str
    display: str
    within_days: int
    body_side: str | None


@dataclass(frozen=True, slots=True)
class Citation:
    """A source (of `sources.yaml`), what it says, where, and how it was seen (full, abstract, secondary, recalled)."""

    source: str
    says: str
    where: str
    seen: str


@dataclass(frozen=True, slots=True)
class Consideration:
    """One file of `considerations/`. `asked` follows from the rest: it is `when` and, for one that comes round, that
    its interval has passed. `ask_for` are the facts to ask for if only they keep us from knowing.
    """

    id: str
    version: int
    status: Status
    title: str
    why: str
    scope: Scope
    gate: str
    when: Condition
    due: Due | None
    cautions: tuple[Caution, ...]
    ask_for: tuple[str, ...]
    card: CardText
    suggestions: tuple[Order, ...]
    limits: tuple[str, ...]
    citations: tuple[Citation, ...]
    asked: Condition = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        whole = self.when if self.due is None else AllOf((self.when, self.due.passed))
        object.__setattr__(self, "asked", whole)


class Outcome(Enum):
    """What was concluded about a consideration."""

    APPLIES = "applies"
    CANNOT_TELL = "cannot_tell"
    DOES_NOT_APPLY = "does_not_apply"


APPLIES, CANNOT_TELL, DOES_NOT_APPLY = Outcome


class Considered(Struct, frozen=True):
    """The verdict on one consideration, for one episode (an index) or for the patient (None). A Struct as `Verdict` is:
    there is one for every consideration and tumour.

    `because` are the tests that settled it, or those that hold already when it cannot be told; `missing` the unknown
    facts that could still settle it. `withheld` is the gate's reason (a key of `wording.yaml`), `suppressed` the
    caution that took it away. `warnings` are cautions that hold, `to_confirm` those that cannot be told: a verdict
    with a suppressing one among them is not settled yet. `none_found`: nothing but an examination is missing, and the
    chart was read and holds none. `silenced` says why it is not shown although it could be: "replaced", "quietened",
    "unapproved".
    """

    consideration: Consideration
    episode: int | None
    outcome: Outcome
    because: tuple[Because, ...] = ()
    missing: tuple[str, ...] = ()
    withheld: str | None = None
    suppressed: Caution | None = None
    warnings: tuple[Caution, ...] = ()
    to_confirm: tuple[Caution, ...] = ()
    none_found: bool = False
    silenced: str | None = None

    @property
    def shown(self) -> bool:
        """True if a card shows it."""
        return self.silenced is None and self.speaks

    @property
    def speaks(self) -> bool:
        """True if there is something to say, silenced or not."""
        return self.outcome is APPLIES or self.none_found

    @property
    def settled(self) -> bool:
        """True if no further fact can change the verdict."""
        open_ = any(caution.effect is Effect.SUPPRESS for caution in self.to_confirm)
        return self.outcome is not CANNOT_TELL and not open_

    @property
    def asks(self) -> bool:
        """True if it cannot be told for want of nothing but facts that are worth asking for."""
        if self.silenced is not None or self.outcome is not CANNOT_TELL or self.none_found:
            return False
        return set(self.missing) <= set(self.consideration.ask_for)
