"""Options that several commands have, said once."""

from __future__ import annotations

import click

EXCLUDE = click.Option(
    ["--exclude"],
    multiple=True,
    metavar="GLOB",
    help="Search folders without these files and folders: vendor, 'old/*.yaml'. Repeatable.",
)
"""For whatever searches folders: what git ignores and folders of tools are left out anyway."""
SET = click.Option(["--set", "values"], multiple=True, metavar="PARAM=VALUE", help="A param of the PipelineRun.")
PARAMS_FILE = click.Option(["--params-file"], default="", metavar="FILE", help="Params as a YAML or JSON mapping.")
