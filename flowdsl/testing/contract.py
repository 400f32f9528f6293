"""What a task takes and gives, for a function that stands in for it: of a pipeline in Python, or of documents."""

from __future__ import annotations

import inspect
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from flowdsl.decide.wire import GIVEN, decisions_of
from flowdsl.frontend.encode import Mismatch
from flowdsl.frontend.script.in_process import Codec
from flowdsl.ir.nodes import EnvDecl, Node, TaskDef, Text
from flowdsl.ir.types import PATHS, STRING, Kind, TypeSpec
from flowdsl.kinds.values import decoded
from flowdsl.kube.conventions import OUTPUTS
from flowdsl.runner.contract import Cluster, TaskRunWork

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


@attrs.frozen
class Contract:
    """The parameters by the names that the function has for them, and the results.

    `params` are Tekton's name and type; `spaces` name workspaces; `results` are name, type and the field of what is
    returned that holds it, None for the whole. `fans_out` says that the runs of a matrix share the folder of files.
    """

    params: Mapping[str, tuple[str, TypeSpec]]
    spaces: Mapping[str, str]
    secrets: tuple[EnvDecl, ...]
    results: tuple[tuple[str, TypeSpec, str | None], ...]
    codec: Codec
    fans_out: bool = False

    @property
    def names(self) -> list[str]:
        """What the function is called with."""
        return [*self.params, *self.spaces, *(each.name for each in self.secrets)]

    def arguments(self, work: TaskRunWork, cluster: Cluster) -> dict[str, object]:
        """What the function is called with in a TaskRun. Raises Mismatch for what its task would refuse, too."""
        spec = work.task_run["spec"]
        texts = {each["name"]: decoded(each.get("default")) for each in spec["taskSpec"].get("params") or ()}
        texts |= {each["name"]: decoded(each["value"]) for each in spec.get("params") or ()}
        folders = {space.name: space.path for space in work.workspaces}
        given: dict[str, object] = {}
        for name, (own, kind) in self.params.items():
            value = texts.get(own)
            if value is None:
                raise Mismatch(f"parameter {name}: no value")
            text: Text = tuple(value) if isinstance(value, list) else value
            read = self.codec.decode(f"parameter {name}", text, kind)
            given[name] = _below(name, folders.get(own), read) if kind.kind in PATHS or kind.holds_files else read
        given |= {name: folders.get(own) for name, own in self.spaces.items()}
        return given | {each.name: _held(each, cluster) for each in self.secrets}

    def written(self, work: TaskRunWork, returned: object) -> list[shapes.TaskRunResult]:
        """The results of what the function returned. Raises Mismatch."""
        found: list[shapes.TaskRunResult] = []
        for name, kind, field in self.results:
            value = returned if field is None else self.codec.field(f"result {name}", returned, field)
            text = self._path(work, name, value, kind) if kind.kind in PATHS else self.codec.encode(name, value, kind)
            data = list(text) if isinstance(text, tuple) else dict(text) if isinstance(text, Mapping) else text
            found.append({"name": name, "type": kind.tekton, "value": data})
        return found

    def _path(self, work: TaskRunWork, name: str, value: object, kind: TypeSpec) -> str:
        """The path of a file in the run's volume, where it is brought to if it lies elsewhere."""
        if value is None and kind.optional:
            return ""
        if not isinstance(value, (str, Path)):
            raise Mismatch(f"result {name}: expected the path of a {kind}, got {type(value).__name__}")
        root = next((each.path.resolve() for each in work.workspaces if each.name == OUTPUTS), None)
        path, folder = Path(value).resolve(), kind.kind is Kind.DIRECTORY
        if root is None or not path.exists() or path.is_dir() != folder:
            raise Mismatch(f"result {name}: {value} is not the path of a {'folder' if folder else 'file'}")
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
        home = root / work.task_run["metadata"]["name"] if self.fans_out else root
        target = home / name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if folder:
            shutil.copytree(path, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(path, target)
        return target.relative_to(root).as_posix()


def contract_of(node: Node) -> Contract:
    """That of a task of a pipeline in Python."""
    task = node.task
    own, decided = _parameters(task), _decided(task)
    params = {each.python: (each.name, each.type) for each in task.params if own is None or each.python in own}
    spaces = {each.python: each.name for each in task.workspaces if own is None or each.python in own}
    return Contract(
        params=params,
        spaces={name: space for name, space in spaces.items() if name not in params},
        secrets=tuple(each for each in task.env if own is None or each.name in own),
        results=tuple((each.name, each.type, each.field) for each in task.results if each.name not in decided),
        codec=Codec(task.function.__globals__ if task.function is not None else {}),
        fans_out=node.mapped,
    )


def contract_of_document(spec: shapes.TaskSpec) -> Contract:
    """That of a Task document: texts, lists of texts and dicts of texts, results by name or, if there is one, alone."""
    decided = {each.name for each in decisions_of(spec)}
    params = [each for each in spec.get("params") or () if not each["name"].startswith(GIVEN)]
    results = [each for each in spec.get("results") or () if each["name"] not in decided]
    alone = len(results) == 1
    return Contract(
        params={
            _python(each["name"]): (each["name"], _type(each.get("type"), each.get("properties"))) for each in params
        },
        spaces={_python(each["name"]): each["name"] for each in spec.get("workspaces") or ()},
        secrets=(),
        results=tuple(
            (each["name"], _type(each.get("type"), each.get("properties")), None if alone else each["name"])
            for each in results
        ),
        codec=Codec({}),
    )


def fits(function: Callable[..., object], contract: Contract) -> str:
    """What does not fit of a function's signature; "" where it can be called as the task is."""
    try:
        inspect.signature(function).bind(**dict.fromkeys(contract.names))
    except TypeError as error:
        return str(error)
    except ValueError:
        return ""  # Python knows no signature of some builtins
    return ""


def _parameters(task: TaskDef) -> frozenset[str] | None:
    """The names that the task's own function has; None where it has no function."""
    if task.function is None:
        return None
    return frozenset(inspect.signature(task.called or task.function).parameters)


def _decided(task: TaskDef) -> frozenset[str]:
    """The results that the function does not return: they are decided of what it does."""
    return frozenset(str(each[0]) for each in json.loads(task.decisions)) if task.decisions else frozenset()


def _below(name: str, folder: Path | None, value: object) -> object:
    """The paths of a parameter that is a file, or a list of them."""
    if value is None:
        return None
    given = value if isinstance(value, (list, tuple)) else [value]
    paths = [folder / str(each) if folder is not None else None for each in given]
    missing = [each for each in paths if each is None or not each.exists()]
    if missing:
        raise Mismatch(f"parameter {name}: {missing[0] or value} does not exist")
    return paths[0] if given is not value else tuple(paths) if isinstance(value, tuple) else paths


def _held(env: EnvDecl, cluster: Cluster) -> str | None:
    """What a Secret or a ConfigMap has for a parameter."""
    try:
        held = cluster.secret(env.object_name) if env.kind is Kind.SECRET else cluster.config_map(env.object_name)
        return held[env.key].decode()
    except LookupError:
        if env.optional:
            return None
        raise Mismatch(f"parameter {env.name}: {env.object_name} has no {env.key}; give secrets=") from None


def _python(name: str) -> str:
    return name.replace("-", "_").replace(".", "_")


def _type(tekton: str | None, properties: Mapping[str, object] | None) -> TypeSpec:
    if tekton == "array":
        return TypeSpec(Kind.ARRAY, "list[str]", item=STRING)
    if tekton == "object":
        return TypeSpec(Kind.OBJECT, "dict[str, str]", properties=tuple((key, STRING) for key in properties or ()))
    return STRING
