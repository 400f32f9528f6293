"""Pages that mkdocs gets from elsewhere in the repository: one for each diagnostic, one for each example."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from flowdsl.diagnostics import catalog
from flowdsl.library.catalogue import RULES

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "pipelines" / "examples"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Called by mkdocs once it knows the pages in docs/."""
    for path, text in (*_diagnostics(), *_examples()):
        files.append(File.generated(config, path, content=text))
    return files


def _diagnostics() -> Iterator[tuple[str, str]]:
    rows = []
    for code, rule in RULES.items():
        mends = "yes" if rule.fix else ""
        rows.append(f"| [{code}]({code}.md) | `{rule.name}` | {rule.headline} | {rule.severity} | {mends} |")
        yield f"diagnostics/{code}.md", catalog.page(rule)
    table = "\n".join(["| code | name | what | severity | `--fix` |", "|---|---|---|---|---|", *rows])
    yield "diagnostics/index.md", f"# Diagnostics\n\n`flowdsl explain CODE` prints the same pages.\n\n{table}\n"


def _examples() -> Iterator[tuple[str, str]]:
    rows = []
    for source in sorted(EXAMPLES.rglob("*.py")):
        text = source.read_text(encoding="utf-8")
        about = (ast.get_docstring(ast.parse(text)) or "").splitlines()[0]
        title = source.stem.replace("_", " ").capitalize()
        rows.append(f"| [{title}]({source.stem}.md) | {about} |")
        yaml = source.with_suffix(".yaml").read_text(encoding="utf-8")
        where = source.relative_to(ROOT).as_posix()
        shown = f'```python title="{where}"\n{text}```'
        folded = f'??? note "The YAML it compiles to"\n\n    ```yaml\n{_indented(yaml)}    ```'
        yield f"examples/{source.stem}.md", f"# {title}\n\n{about}\n\n{shown}\n\n{folded}\n"
    table = "\n".join(["| example | shows |", "|---|---|", *rows])
    yield (
        "examples/index.md",
        f"# Examples\n\nEach is one file to copy, compiled and checked by our tests.\n\n{table}\n",
    )


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())
