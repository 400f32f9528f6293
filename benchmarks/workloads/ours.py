"""flowdsl: decorators, tracing, passes, admission rules and YAML. `--inline` embeds the specs in the pipeline.

`--documents FILE` writes what was compiled as JSON, for the bare dumpers to dump.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import chain as work
import clock

import flowdsl
from flowdsl import compiler, emit

INLINE = "--inline" in sys.argv


def compiled(number: int) -> compiler.Compilation:
    def stage(index: int) -> flowdsl.Task:
        script = work.script(index, given="$PARAM_GIVEN", result="$RESULT_RESULT")

        @flowdsl.task(
            name=f"stage-{index}", image=work.image(index), cpu="500m", memory=work.memory(index), script=script
        )
        def run(given: str) -> str: ...

        return run

    stages = [stage(index) for index in range(number)]

    @flowdsl.pipeline(name="chain")
    def whole(first: str = "start") -> None:
        value = first
        for each in stages:
            value = each(given=value)

    return compiler.compile_pipeline(whole, compiler.CompileOptions(inline=INLINE))


def build(number: int) -> str:
    return emit.emit_yaml(compiled(number).documents).decode()


if __name__ == "__main__":
    if "--documents" in sys.argv:
        target = Path(sys.argv[sys.argv.index("--documents") + 1])
        target.write_text(json.dumps(compiled(int(sys.argv[1])).documents))
    else:
        clock.report(build, again=3 if "--again" in sys.argv else 0)
