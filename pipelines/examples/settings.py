"""Settings from a ConfigMap: one value in the environment, and a whole one as a folder of files."""

from __future__ import annotations

import json

from flowdsl import ConfigMap, LocalRun, Workspace, pipeline, task


@task(image="python:3.12-slim", cpu="100m", memory="64Mi", env={"LEVEL": ConfigMap("app", "level", optional=True)})
def show(settings: Workspace = Workspace(read_only=True)) -> int:
    """The number of settings there are."""
    import os

    print("level", os.environ.get("LEVEL", "not set"))
    found = {path.name: path.read_text() for path in sorted(settings.iterdir()) if path.is_file()}
    print(json.dumps(found, indent=2))
    return len(found)


# What stands for the ConfigMap when it runs on this machine; compiling ignores it.
@pipeline(local=LocalRun(config_maps={"app": {"level": "debug", "colour": "red"}}))
def settings(app: Workspace = ConfigMap("app")) -> dict[str, int]:
    """Read what is set."""
    return {"number": show(settings=app)}


if __name__ == "__main__":
    settings.cli()
