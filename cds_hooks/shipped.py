"""Where the synthetic patients are that ship with the program."""

from pathlib import Path

PACKAGE = Path(__file__).parent
PLACES = (PACKAGE / "_data" / "fixtures" / "patients", PACKAGE.parent / "fixtures" / "patients")


def patients_folder() -> Path:
    """A folder for each patient: in the package, or beside it in a copy of the sources."""
    return next((place for place in PLACES if place.is_dir()), PLACES[-1])
