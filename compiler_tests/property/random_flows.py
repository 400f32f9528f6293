"""Random pipelines for property tests: written as a user's module, so that tracing and slicing are the real thing."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

HEAD = """\
from __future__ import annotations
from typing import Literal, NamedTuple
from pathlib import Path
from flowdsl import File, Workspace, context, hub, on_finish, pipeline, task, task_ref, when

class Made(NamedTuple):
    data: File
    score: float
    words: list[str]

@task(image="python:3.12-slim", gpu=1, cpu="1..2", memory="1Gi..2Gi", timeout="10m", retries=1)
def make(seed: int, note: str = "", mode: Literal["fast", "slow"] = "fast") -> Made:
    path = Path("out.txt")
    path.write_text(note * seed)
    return Made(path, seed / 2, [note, mode])

@task(image="python:3.12-slim")
def use(data: File, scale: float = 1.0) -> float:
    return len(data.read_text()) * scale

@task(image="python:3.12-slim")
def join(parts: list[str], prefix: str = "") -> str:
    return prefix + ",".join(parts)

@task(image="python:3.12-slim")
def judge(score: float) -> bool:
    return score > 1

@task_ref(hub("git-clone", version="0.10.0"))
def git_clone(url: str, output: Workspace = Workspace.auto()) -> str: ...

@task(image="python:3.12-slim")
def build(source: Workspace, tag: str) -> str:
    return f"{tag}:{len(list(source.iterdir()))}"

"""


ASKS = "\0"
"""Stands in a call for what this use asks for over its task: no text of a call has it."""
OF_A_TASK = ["gpu=2", "gpu=0", "cpu='500m..2'", "memory='4Gi'", "image='python:3.13-slim'", "python='python3.12'"]
OF_A_TASK += ["gpu_resource='amd.com/gpu'", "requires=['torch']"]
OF_ANY = ["env={'A': 'b'}", "env={'NODE': {'fieldRef': {'fieldPath': 'spec.nodeName'}}}", "service_account='ci'"]
OF_ANY += ["node_selector={'zone': 'a'}", "tolerations=[{'key': 'gpu', 'operator': 'Exists'}]"]
OF_ANOTHERS = ["cpu='1'", "memory='1Gi..2Gi'"]


def asks(of: str) -> st.SearchStrategy[str]:
    """What one use may ask for: nothing, or options of different names."""
    choices = [*OF_ANY, *(OF_ANOTHERS if of == "git" else OF_A_TASK)]
    some = st.lists(st.sampled_from(choices), max_size=3, unique_by=lambda each: each.partition("=")[0])
    return some.map(lambda given: "".join(f", {each}" for each in given))


@dataclass(frozen=True)
class Module:
    """A generated module and the edges (source, target) that its code draws, by task name.

    `plain` is the same without what single uses ask for.
    """

    source: str
    plain: str
    edges: frozenset[tuple[str, str]]
    tasks: tuple[str, ...]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="$", exclude_categories=("Cs",)), max_size=12)


@st.composite
def modules(draw: st.DrawFn) -> Module:
    """A module with one pipeline `p` of one to eight tasks, wired at random."""
    lines = ["@pipeline(timeout='1h')", "def p(seed: int = 3, name: str = 'n'):"]
    edges: set[tuple[str, str]] = set()
    made: list[tuple[str, str]] = []  # (variable, what it is)
    names: list[str] = []
    wanted: list[str] = []

    def of(kind: str) -> str | None:
        found = [name for name, what in made if what == kind]
        return draw(st.sampled_from(found)) if found else None

    for index in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(["make", "use", "join", "judge", "git", "build", "map"]))
        variable, name = f"v{index}", f"t{index}"
        call = None
        if kind == "use" and (source := of("make")):
            call, needs = f"use.with_options(name={name!r}{ASKS})({source}.data, scale={source}.score)", [source]
        elif kind == "join" and (source := of("make")):
            call, needs = (
                f"join.with_options(name={name!r}{ASKS})(parts={source}.words, prefix={draw(TEXT)!r})",
                [source],
            )
        elif kind == "judge" and (source := of("make")):
            call, needs = f"judge.with_options(name={name!r}{ASKS})(score={source}.score)", [source]
        elif kind == "build" and (source := of("git")):
            call, needs = (
                f"build.with_options(name={name!r}{ASKS})(source={source}.output, tag=f'x-{{name}}')",
                [source],
            )
        elif kind == "git":
            call, needs = f"git_clone.with_options(name={name!r}{ASKS})(url={draw(TEXT)!r})", []
        elif kind == "map":
            values = draw(st.lists(st.integers(0, 9), min_size=1, max_size=4))
            call, needs, kind = (
                f"make.with_options(name={name!r}{ASKS}).map(seed={values!r}, note={draw(TEXT)!r})",
                [],
                "mapped",
            )
        else:
            kind = "make"
            call, needs = f"make.with_options(name={name!r}{ASKS})(seed=seed, note={draw(TEXT)!r})", []
        gate = of("judge") if draw(st.booleans()) else None
        indent = "    "
        if gate:
            lines.append(f"    with when({gate} == 'true'):")
            indent = "        "
            needs = [*needs, gate]
        lines.append(f"{indent}{variable} = {call}")
        if made and draw(st.booleans()):
            other = draw(st.sampled_from(made))[0]
            lines.append(f"{indent}{variable}.after({other})")
            needs = [*needs, other]
        made.append((variable, kind))
        names.append(name)
        edges |= {("t" + need[1:], name) for need in needs}
        wanted.append(draw(asks(kind)))
    lines += [
        "    with on_finish():",
        "        join.with_options(name='last')(parts=['a'], prefix=context.tasks_status)",
    ]
    source = HEAD + "\n".join(lines) + "\n"
    plain, asking = source.replace(ASKS, ""), source
    for each in wanted:
        asking = asking.replace(ASKS, each, 1)
    return Module(asking, plain, frozenset(edges), (*names, "last"))
