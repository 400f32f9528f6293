"""cdk8s: one ApiObject, a Tekton Pipeline with N embedded specs, written by its JavaScript half.

cdk8s has no tasks and no data flow of its own: the dictionaries are written by hand here, and nothing checks them.
"""

from __future__ import annotations

import cdk8s
import chain as work
import clock


def build(number: int) -> str:
    tasks = []
    for index in range(number):
        given = "$(params.first)" if not index else f"$(tasks.stage-{index - 1}.results.result)"
        step = {
            "name": f"stage-{index}",
            "image": work.image(index),
            "args": ["$(params.given)", "$(results.result.path)"],
            "computeResources": {"requests": {"cpu": "500m", "memory": work.memory(index)}},
            "script": work.script(index),
        }
        spec = {
            "params": [{"name": "given", "type": "string"}],
            "steps": [step],
            "results": [{"name": "result", "type": "string"}],
        }
        tasks.append({"name": f"stage-{index}", "taskSpec": spec, "params": [{"name": "given", "value": given}]})
    app = cdk8s.App()
    chart = cdk8s.Chart(app, "chain")
    pipeline = cdk8s.ApiObject(chart, "pipeline", api_version="tekton.dev/v1", kind="Pipeline")
    pipeline.add_json_patch(
        cdk8s.JsonPatch.add(
            "/spec", {"params": [{"name": "first", "type": "string", "default": "start"}], "tasks": tasks}
        )
    )
    return app.synth_yaml()


if __name__ == "__main__":
    clock.report(build)
