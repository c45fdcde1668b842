"""The engines by their names."""

import os
from functools import partial

from cds_hooks.cohort.local import run_local
from cds_hooks.cohort.run import Engine


def engine_named(name: str, workers: int | None, master: str | None) -> Engine:
    """The engine of a name. Raises EngineUnavailable where what it needs is not installed."""
    if name == "spark":
        from cds_hooks.cohort.spark import run_spark  # noqa: PLC0415 (an optional extra)

        return partial(run_spark, master=master)
    return partial(run_local, workers=workers or os.cpu_count() or 1)
