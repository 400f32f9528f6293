"""`flowdsl diff`: reads both sides, prints what differs, and answers with its exit code."""

from __future__ import annotations

import sys

from flowdsl.cli.say import give, say, show
from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.escape import line, markdown
from flowdsl.differ import Difference, Impact, compare, render
from flowdsl.differ.inputs import Side, read, sides


def diff_command(
    words: tuple[str, ...],
    *,
    output: str,
    fail_on: str,
    title: str | None,
    live: bool = False,
    context: str | None = None,
    namespace: str | None = None,
    exclude: tuple[str, ...] = (),
) -> int:
    """The command's exit code: 1 where a difference is grave enough for `fail_on`."""
    before, after = _live(words, context, namespace) if live else sides(words, exclude)
    found = compare(before.documents, after.documents)
    if output == "json":
        give(render.as_json(found))
    elif output == "markdown":
        give(render.as_markdown(found, title or f"Tekton: {markdown(before.name)} → {markdown(after.name)}"))
    else:
        show(render.as_text(found, color=sys.stdout.isatty()))
        if not found:
            say(f"no differences between {line(before.name)} and {line(after.name)}", err=True)
    return exit_code(found, fail_on)


def exit_code(found: list[Difference], fail_on: str) -> int:
    """1 where a difference is at least as grave as `fail_on`: `any`, `behavioural`, `breaking` or `never`."""
    if fail_on == "never":
        return 0
    least = Impact.COSMETIC if fail_on == "any" else Impact[fail_on.upper()]
    return int(any(each.impact >= least for each in found))


def _live(words: tuple[str, ...], context: str | None, namespace: str | None) -> tuple[Side, Side]:
    """What a cluster has under the names of the documents, and the documents."""
    if len(words) != 1:
        raise UsageError("--live compares one side with the cluster: `flowdsl diff --live pipelines/sonic.yaml`")
    from flowdsl.kubeclient.client import Target, connect
    from flowdsl.kubeclient.live import counterparts

    wanted = read(words[0])
    client = connect(Target(context=context or "", namespace=namespace or ""))
    return Side(client.where, tuple(counterparts(client, wanted.documents))), wanted
