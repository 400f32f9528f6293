"""What `flowdsl explain` says of a pipeline, for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowdsl.library.explaining import BundleData, Explanation, Param, Path, StartData


def as_text(data: Explanation) -> str:
    """The lines of it."""
    lines = [f"{data['displayName'] or data['name']}  ({data['location']})"]
    if data["description"]:
        lines += ["", data["description"]]
    lines += _starts(data["starts"])
    lines += ["", "params"]
    for param in data["params"]:
        given = "required" if param["required"] else f"default {_default(param)}"
        lines.append(f"  {param['name']}: {param['type']}  ({given})")
    lines += ["", "workspaces"] + [
        f"  {space['name']}: {space['source'] or 'bound by the run'}" for space in data["workspaces"]
    ]
    lines += ["", "tasks"]
    for task in data["tasks"]:
        lines.append(f"  {task['name']}{'  (finally)' if task['finally'] else ''}  {task['location']}")
        if asks := "; ".join(f"{name} {value}" for name, value in task["asks"].items() if value):
            lines.append(f"    asks for {asks}")
        lines += [f"    after {edge['task']}: {edge['why']}" for edge in task["waitsFor"]]
        lines += _bundle(task["bundle"])
    lines += _critical(data["criticalPath"])
    if data["results"]:
        lines += ["", "results"] + [
            f"  {result['name']}: {result['type']} = {result['value']}" for result in data["results"]
        ]
    return "\n".join(lines) + "\n"


def _starts(found: list[StartData]) -> list[str]:
    """What starts a run; nothing where only people do."""
    lines = ["", "starts on"] if found else []
    for start in found:
        lines.append(f"  {start['what']}  {start['location']}")
        lines += [f"    {each}" for each in start["only"]]
        lines += [f"    {name} = {value}" for name, value in start["params"].items()]
    return lines


def _bundle(found: BundleData | None) -> list[str]:
    """What travels with a task of the project."""
    if found is None:
        return []
    where = f"ConfigMap {found['configMap']}" if found["configMap"] else f"in its script, {found['hash']}"
    count = f"{found['files']} file{'s' if found['files'] != 1 else ''}"
    return [f"    takes {count} of the project along: {found['bytes'] / 1024:,.1f} KiB ({where})"]


def _critical(path: Path) -> list[str]:
    """The chain that decides how long a run may take; nothing to tell of a single task."""
    from flowdsl.machine.times import span

    if len(path["tasks"]) < 2:
        return []
    said = f"at most {span(path['seconds'])} by timeouts"
    if path["limit"] is not None and path["limit"] < path["seconds"]:
        said += f", and the pipeline's own timeout ends the run after {span(path['limit'])}"
    return ["", f"critical path ({said})", f"  {' → '.join(path['tasks'])}"]


def _default(param: Param) -> str:
    """A default as JSON has it; text of a number or a boolean as it is."""
    value = param["default"]
    plain = param["type"] in ("int", "float", "bool") and isinstance(value, str)
    return str(value) if plain else json.dumps(value, ensure_ascii=False, default=dict)
