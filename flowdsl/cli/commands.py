"""`compile`, `graph`, `explain`, `completion`: thin shells over the library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from flowdsl.cli import cluster_options, diff_options, review, run_options
from flowdsl.cli.say import give, say, show
from flowdsl.cli.shared_options import EXCLUDE, PARAMS_FILE, SET
from flowdsl.diagnostics import UsageError, escape
from flowdsl.diagnostics.escape import line
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline


def all_commands(*, with_file: bool) -> list[click.Command]:
    """The commands; without a pipeline at hand each takes the file that has it."""
    return [
        _command(_compile, "compile", _COMPILE_OPTIONS, with_file=with_file),
        _command(_graph, "graph", _GRAPH_OPTIONS, with_file=with_file),
        run_options.run(with_file=with_file),
        run_options.runs(),
        *cluster_options.commands(with_file=with_file),
        *([_command(_lint, "lint", _LINT_OPTIONS, with_file=False), diff_options.diff()] if with_file else []),
        *([review.ci(), review.init()] if with_file else []),
        *([_command(_import, "import", _IMPORT_OPTIONS, with_file=False)] if with_file else []),
        _command(_explain, "explain", _EXPLAIN_OPTIONS, with_file=False),
        _command(
            _completion,
            "completion",
            [click.Argument(["shell"], type=click.Choice(["bash", "zsh", "fish"]))],
            with_file=False,
        ),
    ]


def _command(
    callback: Callable[..., Any], name: str, options: list[click.Parameter], *, with_file: bool
) -> click.Command:
    params = list(options)
    if with_file:
        params.insert(0, click.Argument(["file"], metavar="FILE[:PIPELINE]"))
    return click.Command(name, callback=click.pass_context(callback), params=params, help=callback.__doc__)


_OUTPUT = click.Option(["--output"], type=click.Choice(["text", "json"]), default="text", help="json: for machines.")
_ALPHA = click.Option(["--alpha"], multiple=True, metavar="FLAG", help="Opt in to an alpha feature of Tekton.")
_COMPILE_OPTIONS: list[click.Parameter] = [
    click.Option(
        ["-o", "--to"], metavar="PATH", help="Where to: a file, a folder (ends in /), or - for standard output."
    ),
    click.Option(["--check"], is_flag=True, help="Write nothing; exit 1 with a diff if what is there is stale."),
    click.Option(["--inline"], is_flag=True, help="Embed each Task in the Pipeline instead of sharing it by name."),
    SET,
    PARAMS_FILE,
    click.Option(["--namespace"], metavar="NS", help="Namespace of every object."),
    click.Option(["--format", "format_"], type=click.Choice(["yaml", "json"]), default="yaml", help="What to write."),
    _ALPHA,
    _OUTPUT,
]
_GRAPH_OPTIONS: list[click.Parameter] = [
    click.Option(["--format", "format_"], type=click.Choice(["mermaid", "dot", "svg", "html"]), help="What to draw."),
    click.Option(
        ["-o", "--to"], metavar="PATH", help="Where to; the ending names the format. Standard output if absent."
    ),
    _ALPHA,
]
_EXPLAIN_OPTIONS: list[click.Parameter] = [
    click.Argument(["what"], required=False, metavar="[CODE|FILE]"),
    _ALPHA,
    _OUTPUT,
]


_LINT_OPTIONS: list[click.Parameter] = [
    click.Argument(["paths"], nargs=-1, metavar="[FILE|DIR|-]..."),
    click.Option(["--select"], multiple=True, metavar="CODES", help="Tell these alone: FLOW2,FLOW320; ALL for all."),
    click.Option(["--ignore"], multiple=True, metavar="CODES", help="Do not tell these."),
    click.Option(["--extend-select"], multiple=True, metavar="CODES", help="Tell these too, such as FLOW309."),
    click.Option(
        ["--feature-gate"],
        multiple=True,
        metavar="GATE",
        help="alpha, beta or stable; or a flag that is on.",
    ),
    click.Option(["--fail-on"], type=click.Choice(["error", "warning"]), help="What makes the exit code 1. [error]"),
    EXCLUDE,
    click.Option(["--fix"], is_flag=True, help="Mend what is certain: misspelt fields, numbers where text belongs."),
    click.Option(["--diff"], is_flag=True, help="Show what --fix would do; write nothing."),
    click.Option(["--jsonl"], is_flag=True, help='{"id","doc"} a line in, {"id","accepted","findings"} a line out.'),
    click.Option(["--config"], metavar="PYPROJECT", help="The pyproject.toml to read. [the nearest]"),
    click.Option(
        ["--output"], type=click.Choice(["text", "json", "sarif", "github"]), default="text", help="How to print."
    ),
]


_IMPORT_OPTIONS: list[click.Parameter] = [
    click.Argument(["paths"], nargs=-1, metavar="FILE|DIR|-..."),
    click.Option(["-o", "--to"], metavar="PATH", help="The module to write, or a folder. [standard output]"),
    click.Option(["--check"], is_flag=True, help="Write nothing; exit 1 with a diff if the module at -o is stale."),
    click.Option(["--stubs"], is_flag=True, help="Only typed references to the Tasks, for catalogs."),
    click.Option(["--force"], is_flag=True, help="Overwrite a module that differs."),
    EXCLUDE,
    _ALPHA,
    _OUTPUT,
]


def pipeline_of(ctx: click.Context, file: str | None) -> Pipeline:
    """The pipeline at hand, or the one of the file."""
    if isinstance(ctx.obj, Pipeline):
        return ctx.obj
    if isinstance(ctx.obj, Manifest):
        return _only_pipeline(ctx.obj)
    if not file:
        raise UsageError("name the file of the pipeline: `flowdsl explain pipelines/sonic.py`")
    from flowdsl.library.loading import load_pipeline

    return load_pipeline(file)


def _only_pipeline(manifest: Manifest) -> Pipeline:
    found = manifest.pipelines
    if len(found) != 1:
        names = ", ".join(each.name for each in found) or "none"
        raise UsageError(
            f"the manifest has {len(found)} pipelines ({names}); name one: `flowdsl graph FILE.py:PIPELINE`"
        )
    return found[0]


def _targets(ctx: click.Context, file: str | None) -> list[Pipeline | Manifest]:
    if isinstance(ctx.obj, Manifest):
        return [ctx.obj]
    if ctx.obj is None and file:
        from flowdsl.library.loading import load_targets

        return load_targets(file)
    return [pipeline_of(ctx, file)]


def _compile(ctx: click.Context, *, file: str | None = None, **options: Any) -> int:
    """Compile to Tekton YAML.

    Without -o the YAML is written beside the Python file, of several pipelines each into its own. Nothing is written
    when anything is wrong.

    \b
    Examples:
      python pipelines/sonic.py compile
      flowdsl compile pipelines/sonic.py -o - --set branch=dev | kubectl create -f -
      flowdsl compile pipelines/sonic.py --check
    """
    from flowdsl.cli.compile import compile_command

    return compile_command(_targets(ctx, file), **options)


def _graph(
    ctx: click.Context, *, format_: str | None, to: str | None, alpha: tuple[str, ...], file: str | None = None
) -> int:
    """Draw the pipeline: Mermaid, DOT, SVG, or a page to open in a browser.

    \b
    Examples:
      python pipelines/sonic.py graph
      flowdsl graph pipelines/sonic.py -o sonic.html
    """
    from flowdsl.compiler import CompileOptions, compile_pipeline
    from flowdsl.emit import write_files

    endings = {".md": "mermaid", ".mmd": "mermaid", ".dot": "dot", ".gv": "dot", ".svg": "svg", ".html": "html"}
    wanted = format_ or (endings.get(Path(to).suffix) if to else None) or "mermaid"
    view = compile_pipeline(pipeline_of(ctx, file), CompileOptions(alpha=frozenset(alpha))).graph
    text = _renderer(wanted)(view)
    if to and to != "-":
        write_files({Path(to): text.encode()})
        say(f"wrote {line(to)}", err=True)
    else:
        give(text)
    return 0


def _renderer(name: str) -> Callable[[Any], str]:
    if name in ("mermaid", "dot"):
        from flowdsl.graph import render_text

        return render_text.render_mermaid if name == "mermaid" else render_text.render_dot
    if name == "svg":
        from flowdsl.graph.render_svg import render_svg

        return render_svg
    from flowdsl.graph.render_html import render_html

    return render_html


def _lint(ctx: click.Context, *, paths: tuple[str, ...], **options: Any) -> int:
    """Check Tekton YAML: what admission would reject, and what a cluster would regret.

    Files, folders, - for standard input; a pipeline's Python file is compiled and checked.

    \b
    Examples:
      flowdsl lint tekton/
      helm template chart | flowdsl lint -
      flowdsl lint --output github --fail-on warning tekton/
      flowdsl lint --fix pipeline.yaml
    """
    from flowdsl.cli.lint import lint_command

    return lint_command(paths, **options)


def _import(ctx: click.Context, *, paths: tuple[str, ...], **options: Any) -> int:
    """Turn Tekton YAML into a Python module that compiles to the same documents.

    \b
    Examples:
      flowdsl import tekton/ -o pipelines/build.py
      kubectl get pipeline build -o yaml | flowdsl import -
      flowdsl import --stubs catalog/ -o tasks.py
    """
    from flowdsl.cli.import_ import import_command

    return import_command(paths, **options)


def _explain(ctx: click.Context, *, what: str | None, alpha: tuple[str, ...], output: str) -> int:
    """Explain a diagnostic (FLOW005), or what a pipeline is: tasks, params, results and why each edge is there.

    \b
    Examples:
      flowdsl explain FLOW005
      python pipelines/sonic.py explain
    """
    if what and what.upper().startswith("FLOW") and not what.endswith(".py"):
        return _explain_code(what.upper())
    from flowdsl.cli.explain import explain_pipeline
    from flowdsl.compiler import CompileOptions, compile_pipeline

    compiled = compile_pipeline(pipeline_of(ctx, what), CompileOptions(alpha=frozenset(alpha)))
    data = explain_pipeline(compiled)
    if output == "json":
        give(escape.json_text(data, indent=2), nl=True)
    else:
        from flowdsl.cli.explain import as_text

        say(as_text(data), nl=False)
    return 0


def _explain_code(code: str) -> int:
    import difflib

    from flowdsl.diagnostics import catalog

    try:
        show(catalog.page(code))
    except KeyError as error:
        close = difflib.get_close_matches(code, catalog.codes(), 1)
        raise UsageError(f"there is no code {code}" + (f"; did you mean {close[0]}?" if close else "")) from error
    return 0


def _completion(ctx: click.Context, *, shell: str) -> int:
    """Print a completion script for the flowdsl command.

    \b
    Example:
      flowdsl completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None or ctx.parent is None:
        raise UsageError(f"there is no completion for {shell}")
    give(found(ctx.parent.command, {}, "flowdsl", "_FLOWDSL_COMPLETE").source(), nl=True)
    return 0
