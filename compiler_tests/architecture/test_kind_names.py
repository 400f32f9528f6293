"""The name of a kind, of a group, of a version stands in the table of kinds alone: `flowdsl/kinds/table.py`.

Elsewhere code names an entry: `TASK.name`, `PIPELINE_RUN.api_version`, `SECRET.plural`, `labels.PIPELINE_TASK`. What is
text for people may name a kind within a sentence. What only looks like a kind's name (a folder, the name of a class) is
said to be a word: `flowdsl.kube.words.word("pipelines")`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from source import ROOT, documentation, modules

from flowdsl.kinds import table
from flowdsl.kube.words import word

HOME = {"flowdsl.kinds.table", "flowdsl.kinds.referred", "flowdsl.kinds.kind"}
_SEPARATORS = re.compile(r"[/=:,;?&]+")


def fields() -> set[str]:
    """The names of all fields of all documents: `tasks` is one of a Pipeline's, and stays one where it is a plural too."""
    return {
        node.target.id
        for module in modules().values()
        if module.name.startswith("flowdsl.kinds.") and module.name not in HOME
        for model in ast.walk(module.tree)
        if isinstance(model, ast.ClassDef)
        for node in model.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }


GROUPS = {value for name, value in vars(table).items() if name.isupper() and isinstance(value, str)}
NAMES = {kind.name for kind in table.KINDS}
VERSIONS = {kind.versioned(version) for kind in table.KINDS for version in (kind.version, *kind.models, *kind.former)}
PLURALS = {kind.plural for kind in table.KINDS if kind.plural} - fields()
KNOWN = NAMES | VERSIONS | GROUPS | PLURALS


def test_the_table_was_read() -> None:
    assert {"tekton.dev", "rbac.authorization.k8s.io"} <= GROUPS
    assert {"Task", "tekton.dev/v1", "v1", "pipelineruns"} <= KNOWN
    assert "tasks" not in KNOWN


def literals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Each text in code with its line, as it is written: of an f-string the whole, with `{}` for what is put in."""
    yield from _literals(tree, documentation(ast.walk(tree)))


def _literals(node: ast.AST, said: set[int]) -> Iterator[tuple[int, str]]:
    if id(node) in said or _is_word(node) or _is_names_of_python(node):
        return
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        yield node.lineno, "".join(map(str, parts))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    for child in _children(node):
        if not (isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)):
            yield from _literals(child, said)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node; of a `cast` not the type, which is text because its module is for checkers alone."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "cast":
        yield from node.args[1:]
    else:
        yield from ast.iter_child_nodes(node)


def _is_word(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {"word", "words.word"}


def _is_names_of_python(node: ast.AST) -> bool:
    """`__all__`, and types as text, of which no document is made."""
    if isinstance(node, ast.Assign):
        return [ast.unparse(target) for target in node.targets] == ["__all__"]
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in {"later", "TypeVar", "NewType"}
    return False


def names_in(text: str) -> set[str]:
    """The names of the table that a text consists of, or has as a part where it is no sentence and no URL."""
    if text in KNOWN:
        return {text}
    if "://" in text or any(char.isspace() for char in text):
        return set()
    parts = set(filter(None, _SEPARATORS.split(text)))
    domains = {group for group in GROUPS for part in parts if part == group or part.endswith(f".{group}")}
    return {part for part in parts if part in KNOWN} | domains


def misplaced(tree: ast.Module) -> list[str]:
    return [f"{line}: {name}" for line, text in literals(tree) for name in sorted(names_in(text))]


def compared_words(tree: ast.Module) -> list[int]:
    """The lines where a word is used as what it is said not to be: compared, or the kind of a document."""
    found = []
    for node in ast.walk(tree):
        held = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        if isinstance(node, ast.Dict):
            heads = ("'apiVersion'", "'kind'")
            held = [
                value for key, value in zip(node.keys, node.values, strict=True) if key and ast.unparse(key) in heads
            ]
        found += [one.lineno for one in held if _is_word(one)]
    return found


def test_no_name_of_a_kind_stands_beside_the_table() -> None:
    found = {
        f"{module.path.relative_to(ROOT)}:{each}"
        for module in modules().values()
        if module.name not in HOME
        for each in misplaced(module.tree)
    }
    assert sorted(found) == [], "name the entry of flowdsl.kinds.table; where it is only a word: kube.words.word(...)"


def test_no_word_is_used_as_the_name_of_a_kind() -> None:
    found = {module.name: lines for module in modules().values() if (lines := compared_words(module.tree))}
    assert found == {}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ('kind == "Task"', {"Task"}),
        ('{"PipelineRun": 1}', {"PipelineRun"}),
        ('api = "tekton.dev/v1"', {"tekton.dev/v1"}),
        ('version in ("v1", "v2")', {"v1"}),
        ('label = "tekton.dev/pipelineTask"', {"tekton.dev"}),
        ('label = "chains.tekton.dev/signed"', {"tekton.dev", "chains.tekton.dev"}),
        ('path = f"/apis/{group}/namespaces/{space}/pipelineruns/{name}"', {"pipelineruns"}),
        ('path = f"/api/v1/namespaces/{space}"', {"v1"}),
        ("say(f\"{'Task' if one else many}\")", {"Task"}),
        ('group = f"{sub}.tekton.dev"', {"tekton.dev"}),
        ('cast("Run", "TaskRun")', {"TaskRun"}),
        # A field, a sentence, a URL, Python's own names, a word.
        ('spec["tasks"]', set()),
        ('message = f"there is no PipelineRun {name!r} of tekton.dev/v1"', set()),
        ('hint = "see https://tekton.dev/docs/pipelines"', set()),
        ('__all__ = ["Task"]', set()),
        ('folder = word("pipelines")', set()),
        ('cast("TaskRun", document)', set()),
        ('def f():\n    "Task"', set()),
    ],
)
def test_names_are_found_wherever_they_stand(code: str, names: set[str]) -> None:
    assert {each.partition(": ")[2] for each in misplaced(ast.parse(code))} == names


@pytest.mark.parametrize("code", ['kind == word("Task")', '{"kind": word("Task")}', 'word("Task") in kinds'])
def test_a_word_in_the_place_of_a_kind_is_found(code: str) -> None:
    assert compared_words(ast.parse(code)) == [1]


def test_the_way_out_changes_nothing() -> None:
    assert word("Task") == "Task"
