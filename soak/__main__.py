"""Runs the parts one after the other: `python -m soak`, or those that are named. Every module here is a part."""

import pkgutil
import subprocess
import sys

import click

import soak

PARTS = tuple(sorted(each.name for each in pkgutil.iter_modules(soak.__path__) if not each.name.startswith("_")))


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--list", "only_list", is_flag=True, help="Show the parts, run none.")
def main(parts: tuple[str, ...], only_list: bool) -> None:
    """Run PARTS, or all. A part of its own takes options: python -m soak.PART --help. Exit code 1: one failed."""
    if only_list:
        click.echo("\n".join(PARTS))
        return
    failed = []
    for part in parts or PARTS:
        click.echo(f"== {part}", err=True)
        if subprocess.run([sys.executable, "-m", f"soak.{part}"], check=False).returncode:
            failed.append(part)
    if failed:
        raise click.ClickException(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main(prog_name="python -m soak")
