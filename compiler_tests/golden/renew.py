"""Compile the goldens anew: run by hand after looking at what changed."""

from __future__ import annotations

from pathlib import Path

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.emit import emit_yaml, write_files
from flowdsl.ir.settings import EVENT_TARGETS, EventSettings, Settings
from flowdsl.library.importing import import_sources
from flowdsl.library.loading import load_pipeline
from flowdsl.yamlread.sources import load

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXAMPLES = sorted((ROOT / "pipelines" / "examples").rglob("*.py"))
GOLDENS = [
    HERE / "features.yaml",
    HERE / "features-inline.yaml",
    HERE / "bundle.yaml",
    HERE / "branches.yaml",
    HERE / "started-pac.yaml",
    HERE / "started-argo.yaml",
    ROOT / "pipelines" / "sonic.yaml",
    ROOT / "pipelines" / "speech_quality" / "flow.yaml",
    *(example.with_suffix(".yaml") for example in EXAMPLES),
]


IMPORTED = [HERE / "imported.py", HERE / "imported_stubs.py"]


def imported(golden: Path) -> bytes:
    """The module that import should write of imported.yaml."""
    source = load(HERE / "imported.yaml")
    return import_sources([source], stubs=golden.stem.endswith("_stubs")).text.encode()


def compiled(golden: Path) -> bytes:
    """The bytes that a golden should have."""
    name, _, option = golden.stem.partition("-") if golden.parent == HERE else (golden.stem, "", "")
    source = golden.with_name(f"{name}.py")
    # A file may use other pipelines of its own; the one it is about has its name, or is the only one.
    several = source.stem in ("features", "subpipeline")
    wanted = f"{source}:{source.stem}" if several else str(source)
    options = CompileOptions(inline=option == "inline")
    if option in EVENT_TARGETS:
        settings = Settings(events=EventSettings(repositories=("team/model",)))
        options = CompileOptions(events=(option,), namespace="ml", settings=settings)
    return emit_yaml(compile_pipeline(load_pipeline(wanted), options).documents)


if __name__ == "__main__":
    write_files({golden: compiled(golden) for golden in GOLDENS} | {golden: imported(golden) for golden in IMPORTED})
