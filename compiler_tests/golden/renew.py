"""Compile the goldens anew: run by hand after looking at what changed."""

from __future__ import annotations

from pathlib import Path

from flowdsl.cli.load import load_pipeline
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.emit import emit_yaml, write_files

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXAMPLES = sorted((ROOT / "pipelines" / "examples").rglob("*.py"))
GOLDENS = [
    HERE / "features.yaml",
    HERE / "features-inline.yaml",
    ROOT / "pipelines" / "sonic.yaml",
    *(example.with_suffix(".yaml") for example in EXAMPLES),
]


def compiled(golden: Path) -> bytes:
    """The bytes that a golden should have."""
    source = golden.with_name(golden.name.replace("-inline", "")).with_suffix(".py")
    # A file may use other pipelines of its own; the one it is about has its name, or is the only one.
    several = source.stem in ("features", "subpipeline")
    wanted = f"{source}:{source.stem}" if several else str(source)
    options = CompileOptions(inline=golden.stem.endswith("-inline"))
    return emit_yaml(compile_pipeline(load_pipeline(wanted), options).documents)


if __name__ == "__main__":
    write_files({golden: compiled(golden) for golden in GOLDENS})
