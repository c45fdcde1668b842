"""The Nottingham Prognostic Index: NPI = 0.2 x size in cm + node stage (1, 2, 3) + grade (1, 2, 3).

Source: Galea MH et al., Breast Cancer Res Treat 1992;22:207; formula and groups as in `facts.yaml`. It tells survival
with breast cancer, not recurrence, and is older than trastuzumab. It is counted in fiftieths (size in mm + 50 x (node
stage + grade)), so that no rounding decides on which side of a cut-off an index lies.
"""

from collections.abc import Mapping
from decimal import Decimal

from cds_hooks.picture.derived.population import EARLY, barred, ends, evidence_of_facts, not_exact
from cds_hooks.picture.fact import Fact, Interval, Known

Numbers = Mapping[str, Decimal]

_INPUTS = ("tumour_size", "grade", "positive_nodes")
_GROUPS = ("excellent", "good", "moderate_1", "moderate_2", "poor")


def fiftieths(size_mm: Decimal, grade: Decimal, nodes: Decimal, numbers: Numbers) -> Decimal:
    """Fifty times the index."""
    stage = 1 + (nodes >= numbers["npi_node_stage_2_from"]) + (nodes >= numbers["npi_node_stage_3_from"])
    return size_mm + numbers["npi_parts"] * (stage + grade)


def group(parts: Decimal, numbers: Numbers) -> str:
    """The group of an index given in fiftieths; a cut-off itself belongs to the better group."""
    cuts = (numbers[f"npi_{name}_to_parts"] for name in _GROUPS[:-1])
    return next((name for name, cut in zip(_GROUPS, cuts, strict=False) if parts <= cut), _GROUPS[-1])


def read(facts: Mapping[str, Fact], numbers: Numbers) -> dict[str, Fact]:
    """The facts npi and npi_group. `facts` are those of one tumour, the size being that of pathology.

    Bounds on size, grade or nodes give the index, or its group, only where every number inside them gives the same.
    """
    if (silent := barred(facts, EARLY, {})) is not None:
        return {"npi": silent, "npi_group": silent}
    inputs = [facts[name] for name in _INPUTS]
    found, evidence = [ends(fact) for fact in inputs], evidence_of_facts(inputs)
    size, grade, nodes = found
    if size is None or grade is None or nodes is None:
        return {"npi": not_exact(inputs), "npi_group": not_exact(inputs)}
    least = fiftieths(size[0], grade[0], nodes[0], numbers)
    most = _largest(size[1], grade[1], nodes[1], numbers)
    index = Known(Interval.exactly(least / numbers["npi_parts"]), evidence) if least == most else not_exact(inputs)
    first, last = group(least, numbers), _GROUPS[-1] if most is None else group(most, numbers)
    return {"npi": index, "npi_group": Known(first, evidence) if first == last else not_exact(inputs)}


def _largest(size: Decimal | None, grade: Decimal | None, nodes: Decimal | None, numbers: Numbers) -> Decimal | None:
    """The index at the upper ends, None where it has none. More nodes than begin the last stage add nothing."""
    if size is None or grade is None:
        return None
    return fiftieths(size, grade, numbers["npi_node_stage_3_from"] if nodes is None else nodes, numbers)
