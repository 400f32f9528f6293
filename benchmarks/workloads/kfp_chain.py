"""Kubeflow Pipelines 2: N container components in a pipeline.

No `from __future__ import annotations`: kfp reads the annotations as objects.
"""

import tempfile
from pathlib import Path

import chain as work
import clock
from kfp import compiler, dsl


def build(number: int) -> str:
    def stage(index: int):
        def run(given: str, result: dsl.OutputPath(str)):
            return dsl.ContainerSpec(
                image=work.image(index), command=["sh", "-c", work.script(index)], args=[given, result]
            )

        run.__name__ = f"stage_{index}"
        return dsl.container_component(run)

    stages = [stage(index) for index in range(number)]

    @dsl.pipeline(name="chain")
    def whole(first: str = "start"):
        value = first
        for index, each in enumerate(stages):
            task = each(given=value).set_cpu_request("500m").set_memory_request(work.memory(index))
            value = task.outputs["result"]

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "chain.yaml"
        compiler.Compiler().compile(whole, str(target))
        return target.read_text()


if __name__ == "__main__":
    clock.report(build)
