"""kfp-tekton: the Kubeflow 1 DSL compiled to a Tekton PipelineRun with embedded specs."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import chain as work
import clock
from kfp import dsl
from kfp_tekton.compiler import TektonCompiler

warnings.simplefilter("ignore")


def build(number: int) -> str:
    @dsl.pipeline(name="chain", description="")
    def whole(first: str = "start"):
        value = first
        for index in range(number):
            stage = dsl.ContainerOp(
                name=f"stage-{index}",
                image=work.image(index),
                command=["sh", "-c", work.script(index)],
                arguments=[value, "/tmp/result"],
                file_outputs={"result": "/tmp/result"},
            )
            stage.container.set_cpu_request("500m").set_memory_request(work.memory(index))
            value = stage.outputs["result"]

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "chain.yaml"
        TektonCompiler().compile(whole, str(target))
        return target.read_text()


if __name__ == "__main__":
    clock.report(build)
