"""`flowdsl lint`: what Tekton's admission would reject, and what a cluster would regret."""

from __future__ import annotations

import sys

import click

from flowdsl.cli import options
from flowdsl.cli.group import FilesCommand
from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.errors import EXIT_FINDINGS, EXIT_OK


@click.command("lint", cls=FilesCommand)
@click.argument("paths", nargs=-1, metavar="[FILE|DIR|-]...")
@click.option("--select", multiple=True, metavar="CODES", help="Tell these alone: FLOW2,FLOW320; ALL for all.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Do not tell these.")
@click.option("--extend-select", multiple=True, metavar="CODES", help="Tell these too, such as FLOW309.")
@click.option("--feature-gate", multiple=True, metavar="GATE", help="alpha, beta or stable; or a flag that is on.")
@click.option("--fail-on", type=click.Choice(["error", "warning"]), help="What makes the exit code 1. [error]")
@options.exclude
@click.option("--fix", is_flag=True, help="Mend what is certain: misspelt fields, numbers where text belongs.")
@click.option("--diff", is_flag=True, help="Show what --fix would do; write nothing.")
@click.option("--jsonl", is_flag=True, help='{"id","doc"} a line in, {"id","accepted","findings"} a line out.')
@click.option("--config", metavar="PYPROJECT", help="The pyproject.toml to read. [the nearest]")
@options.profile
@click.option("--output", type=click.Choice(["text", "json", "sarif", "github"]), default="text", help="How to print.")
def command(
    *,
    paths: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    extend_select: tuple[str, ...],
    feature_gate: tuple[str, ...],
    fail_on: str | None,
    exclude: tuple[str, ...],
    fix: bool,
    diff: bool,
    jsonl: bool,
    config: str | None,
    profile: str,
    output: str,
) -> int:
    """Check Tekton YAML: what admission would reject, and what a cluster would regret.

    Files, folders, - for standard input; a pipeline's Python file is compiled and checked.

    \b
    Examples:
      flowdsl lint tekton/
      helm template chart | flowdsl lint -
      flowdsl lint --output github --fail-on warning tekton/
      flowdsl lint --fix pipeline.yaml
    """
    from flowdsl.cli.linted import print_diffs, print_findings, print_verdicts, write_mended
    from flowdsl.library.lint_files import LintChoices, Plan, lint_again, lint_files, mended

    choices = LintChoices(
        select=select,
        ignore=ignore,
        extend_select=extend_select,
        feature_gate=feature_gate,
        exclude=exclude,
        fail_on=fail_on or "",
        config=config or "",
        profile=profile,
    )
    plan = Plan.of(choices)
    if jsonl:
        return print_verdicts(paths, plan.options)
    if not paths:
        raise UsageError("name files or folders to lint, or - for standard input")
    found = lint_files(paths, plan, sys.stdin.buffer)
    if diff:
        print_diffs(mended(found, plan.options))
    elif fix:
        changed = mended(found, plan.options)
        write_mended(changed)
        found = lint_again(found, changed, plan.options)
    print_findings(found, output)
    return EXIT_FINDINGS if found.fails(plan.fail_on) else EXIT_OK
