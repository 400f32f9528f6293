"""What a TaskRun is made of, each input as a hash: what the cache finds it by, and a resumed run knows it again by."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from flowdsl.decide.wire import decisions_of, without_decisions, without_given
from flowdsl.kube.source_lines import LINES, in_documents, in_own_documents
from flowdsl.packages.lockfile import Resolution
from flowdsl.runner.packages import calls_in

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

NO_PLAN: Mapping[str, Resolution] = MappingProxyType({})

_HOLDERS = frozenset({"steps", "sidecars", "stepTemplate"})
_SETTINGS = ("stepSpecs", "sidecarSpecs", "computeResources")
_ENCODER = json.JSONEncoder(sort_keys=True)
_DIGITS = 32  # of the hash of one input, in hexadecimal: enough for two never to be the same by chance


def inputs_of(
    task_run: shapes.TaskRun,
    plan: Mapping[str, Resolution] = NO_PLAN,
    config_map: Callable[[str], Mapping[str, bytes]] = lambda name: {},
    *,
    own: bool = False,
) -> dict[str, str]:
    """What a TaskRun is made of but for files, each as a hash: `code`, `image`, `settings`, `packages`, `param NAME`.

    The spec has the packages of the image; `plan` has those of this machine, by the key of a script's own. Conditions
    that the task decides are no part of it, nor what they compare with, nor where code stands in the user's files.
    `config_map` gives what a ConfigMap holds: code, where it is large, comes as a volume of one. `own` says that the
    hashes are compared with those of the same run alone: where code stands is left out unlooked at, which is fast.
    """
    spec = task_run["spec"]
    fields: dict[str, object] = {"taskSpec": spec.get("taskSpec")}
    fields |= {name: value for name in _SETTINGS if (value := spec.get(name))}
    params = spec.get("params") or []
    # What others decide by the results is nothing that these depend on.
    if decisions := decisions_of(spec.get("taskSpec")):
        fields["taskSpec"] = without_decisions(spec.get("taskSpec") or {}, decisions)
        params = cast("list[shapes.Param]", without_given(params))
    volumes = list(_config_maps(spec.get("taskSpec"), config_map))
    written = json.dumps(fields)
    if LINES in written and own:
        fields["taskSpec"] = in_own_documents(fields["taskSpec"])
    elif LINES in written:
        modules = {path: text for volume, data in volumes for path, text in _texts(volume, data)}
        fields = {name: in_documents(each, modules) for name, each in fields.items()}
    if "computeResources" in written and "resourceFieldRef" not in written:  # else a step sees how much it has
        fields = _without_amounts(fields)
    code, images = _apart(fields["taskSpec"])
    found = {
        "code": _hash(code, *_held(volumes)),
        "image": _hash(images),
        **{f"param {param['name']}": _hash(param["value"]) for param in params},
    }
    if settings := {name: fields[name] for name in _SETTINGS if fields.get(name)}:
        found["settings"] = _hash(settings)
    if plan and (
        installed := sorted({plan[call.key].key for call in calls_in(spec.get("taskSpec")) if call.key in plan})
    ):
        found["packages"] = _hash(installed)
    return found


def without_places(task_run: shapes.TaskRun, places: Mapping[str, str]) -> shapes.TaskRun:
    """The TaskRun with names in its params for where services of this machine listen: a port is no input."""
    spec = task_run["spec"]
    params = spec.get("params")
    if not places or not params:
        return task_run
    text = json.dumps(params)
    for place, name in places.items():
        shown = json.dumps(name)[1:-1]
        text = re.sub(rf"{re.escape(place)}(?![0-9])", shown.replace("\\", r"\\"), text)
    return {**task_run, "spec": {**spec, "params": json.loads(text)}}


def _hash(value: object, *data: bytes) -> str:
    digest = hashlib.sha256(_ENCODER.encode(value).encode())
    for each in data:
        digest.update(each)
    return digest.hexdigest()[:_DIGITS]


def _apart(spec: object) -> tuple[object, list[object]]:
    """A TaskSpec without the images of its containers, and the images, each with where it stands."""
    images: list[object] = []
    if not isinstance(spec, Mapping):
        return spec, images
    found = dict(spec)
    for name in sorted(_HOLDERS & found.keys()):
        held = found[name]
        several = held if isinstance(held, list) else [held]
        images.append([name, *(each.get("image") for each in several if isinstance(each, Mapping))])
        bare = [
            {key: value for key, value in each.items() if key != "image"} if isinstance(each, Mapping) else each
            for each in several
        ]
        found[name] = bare if isinstance(held, list) else bare[0]
    return found, images


def _held(volumes: Sequence[tuple[shapes.ConfigMapVolumeSource, Mapping[str, bytes]]]) -> Iterator[bytes]:
    """What the ConfigMaps of volumes hold, each piece after its name and length."""
    for volume, data in volumes:
        name = volume.get("name")
        for key in sorted(data):
            yield f"\0{name}\0{key}\0{len(data[key])}\0".encode()
            yield data[key]


def _config_maps(
    spec: shapes.TaskSpec | None, config_map: Callable[[str], Mapping[str, bytes]]
) -> Iterator[tuple[shapes.ConfigMapVolumeSource, Mapping[str, bytes]]]:
    """The ConfigMaps that volumes name, with what they hold; one that is not there fails the TaskRun later."""
    for volume in (spec or {}).get("volumes") or ():
        source = volume.get("configMap") or {}
        with contextlib.suppress(LookupError):
            yield source, config_map(source.get("name") or "")


def _texts(volume: shapes.ConfigMapVolumeSource, data: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """The files of a volume that are text, by their paths: what a script's line numbers may be about."""
    for item in volume.get("items") or ():
        with contextlib.suppress(LookupError, UnicodeDecodeError):
            yield item["path"], data[item["key"]].decode("utf-8")


def _without_amounts(fields: dict[str, object]) -> dict[str, object]:
    """The fields without how much CPU and memory there is: a use that asks for more of them gives the same."""
    found, spec = _container(fields), fields.get("taskSpec")
    if isinstance(spec, Mapping):
        found["taskSpec"] = {name: _containers(value) if name in _HOLDERS else value for name, value in spec.items()}
    return {
        name: _containers(value) if name in ("stepSpecs", "sidecarSpecs") else value for name, value in found.items()
    }


def _containers(value: object) -> object:
    if isinstance(value, list):
        return [_container(each) if isinstance(each, Mapping) else each for each in value]
    return _container(value) if isinstance(value, Mapping) else value


def _container(fields: Mapping[str, object]) -> dict[str, object]:
    asked = fields.get("computeResources")
    found = {name: value for name, value in fields.items() if name != "computeResources"}
    if isinstance(asked, Mapping):
        kept = {name: others for name, held in asked.items() if (others := _others(held))}
        if kept:
            found["computeResources"] = kept
    return found


def _others(amounts: object) -> object:
    """What is asked for beside CPU and memory, such as GPUs."""
    if not isinstance(amounts, Mapping):
        return amounts
    return {name: amount for name, amount in amounts.items() if name not in ("cpu", "memory")}
