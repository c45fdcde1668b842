"""What several commands ask for alike."""

from datetime import UTC, date, datetime
from pathlib import Path

import click

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])

cards_option = click.option(
    "--cards", type=FOLDER, help="Knowledge folder; the one that ships with the package if not said."
)


def today() -> date:
    """The wall clock's day, in UTC."""
    return datetime.now(UTC).date()
