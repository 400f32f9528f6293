"""Hera: an Argo Workflow of N container templates in a DAG."""

from __future__ import annotations

import chain as work
import clock
from hera.workflows import DAG, Container, Parameter, Resources, Task, Workflow
from hera.workflows.models import ValueFrom


def build(number: int) -> str:
    with Workflow(name="chain", entrypoint="whole") as workflow:
        stages = [
            Container(
                name=f"stage-{index}",
                image=work.image(index),
                command=["sh", "-c", work.script(index)],
                args=["{{inputs.parameters.given}}", "/tmp/result"],
                resources=Resources(cpu_request="500m", memory_request=work.memory(index)),
                inputs=[Parameter(name="given")],
                outputs=[Parameter(name="result", value_from=ValueFrom(path="/tmp/result"))],
            )
            for index in range(number)
        ]
        with DAG(name="whole"):
            last: Task | None = None
            for index, stage in enumerate(stages):
                given = "start" if last is None else last.get_parameter("result").value
                task = Task(name=f"stage-{index}", template=stage, arguments={"given": given})
                if last is not None:
                    last >> task
                last = task
    return workflow.to_yaml()


if __name__ == "__main__":
    clock.report(build)
