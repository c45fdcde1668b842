"""What is certain of a patient for whom a condition holds, however it came to hold."""

from cds_hooks.reasoning.conditions import AllOf, AnyOf, AtLeast, Condition, NoneOf, Test


def certain(condition: Condition) -> frozenset[Test]:
    """The tests that hold whenever the condition does, each of a fact that is then known: those of every part that
    cannot be spared, and those common to all parts that can. Nothing is read out of `none`.
    """
    match condition:
        case AllOf(of):
            return _at_least(len(of), of)
        case AnyOf(of):
            return _at_least(1, of)
        case AtLeast(n, of):
            return _at_least(n, of)
        case NoneOf():
            return frozenset()
        case _:
            return frozenset({condition})


def _at_least(n: int, of: tuple[Condition, ...]) -> frozenset[Test]:
    parts = [certain(part) for part in of]
    return frozenset.union(*parts) if n >= len(of) else frozenset.intersection(*parts)
