"""What typing lets pass and FHIR does not allow."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from cds_hooks.fhir import elements
from cds_hooks.fhir.typed import Untypeable


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (elements.text, 5),
        (elements.child, '{"text":"x"}'),
        (elements.children, {"text": "x"}),
        (elements.children, ["x"]),
        (elements.number, "1e5"),
        (elements.number, "five"),
        (elements.number, True),
        (elements.truth, "yes"),
        (elements.truth, 1),
        (elements.truth, "True"),
        (elements.day, "2020-13-01"),
        (elements.day, 2020),
    ],
)
def test_a_value_of_another_shape_is_refused(read: Callable[[dict[str, Any], str], Any], value: Any) -> None:
    with pytest.raises(Untypeable):
        read({"member": value}, "member")
    assert not read({"member": None}, "member")


@pytest.mark.parametrize(("written", "number"), [("-1.50", Decimal("-1.50")), (7, Decimal(7)), (" 3 ", Decimal(3))])
def test_a_number_may_be_written_as_text(written: Any, number: Decimal) -> None:
    assert elements.number({"value": written}, "value") == number


def test_a_period_without_a_date_that_can_be_read_is_refused() -> None:
    with pytest.raises(Untypeable):
        elements.when({"effectivePeriod": {"start": "2020", "end": "0000"}}, "effective")
