"""Whatever characters stand at whatever place of a document, none of them becomes code of the module that import writes.

Every hostile text holds a call of `CANARY` or of the interpreter's own functions. The module's syntax tree must not have
that name, whether or not the fence would have stopped it; and nothing may have run.
"""

from __future__ import annotations

import ast
import sys
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flowdsl.importer.code import comment_lines, quoted, text_block
from flowdsl.importer.comments import Comments, find_comments
from flowdsl.importer.fence import FenceError, checked
from flowdsl.importer.module import write_module, write_stubs
from flowdsl.library.importing import import_sources
from flowdsl.library.importing_tried import differing
from flowdsl.yamlread.sources import Source

RUN = 'setattr(__import__("sys"), "flowdsl_canary", CANARY)'
BREAKS = ["\n", "\r", "\r\n", "\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c"]
PIECES = st.sampled_from(
    [
        *BREAKS, '"', "'", '"""', "'''", "\\", '\\"', "{", "}", "{{", "#", ",", "(", ")", "]", ";", ":", " ", "    ",
        RUN, f"- {RUN}", f"{{{RUN}}}", f'"""\n{RUN}\n"""', f'" + {RUN} + "', f"\\N{{{RUN}}}", "\ufeff", "\x00", "\u202e",
        "$(params.word)", "$(tasks.first.results.out)", f"$(params.word}}{{{RUN})", "\U0001f600", "- ", "...", "---",
    ]
)  # fmt: skip
HOSTILE = st.lists(PIECES | st.characters(exclude_categories=["Cs"]), max_size=12).map("".join)
WORDS = ("name", "description", "text", "key", "value", "script", "label")


def yaml_quoted(text: str) -> str:
    """A double-quoted scalar, which may hold any character."""
    parts = [char if char.isprintable() and char not in '"\\' else f"\\U{ord(char):08x}" for char in text]
    return f'"{"".join(parts)}"'


def no_code(text: str) -> None:
    """The module holds no name of the hostile text."""
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    assert not names & {"CANARY", "setattr", "__import__"}
    assert all(char.isprintable() or char in "\n\t" for char in text)
    checked(text)
    assert not hasattr(sys, "flowdsl_canary")


def safe(text: str) -> None:
    for stubs in (False, True):
        result = import_sources([Source("x.yaml", text)], stubs=stubs)
        assert not hasattr(sys, "flowdsl_canary")
        assert "FLOW109" not in {each.code for each in result.diagnostics}
        if result.failed:
            assert result.text == ""
            assert result.diagnostics
            continue
        no_code(result.text)
        if not stubs:
            assert differing(result.text, result.documents) == []


DOCUMENTS = """\
apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: first
  annotations: {{{key}: {value}}}
  labels: {{{label}: "1"}}
spec:
  displayName: {name}
  description: {description}
  params:
    - {{name: word, description: {text}, default: {value}}}
    - {{name: set, type: object, properties: {{{key}: {{}}}}, default: {{{key}: {value}}}}}
    - {{name: many, type: array, default: [{value}, {text}]}}
  results: [{{name: out, description: {description}}}]
  steps:
    - {{name: one, image: alpine, script: {script}, env: [{{name: {key}, value: {value}}}]}}
    - {{name: two, image: {value}, args: [{text}], workingDir: {text}}}
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {{name: flow}}
spec:
  description: {description}
  params: [{{name: word, default: {value}}}]
  tasks:
    - {{name: a, taskRef: {{name: first}}, params: [{{name: word, value: {value}}}, {{name: many, value: [{text}]}}]}}
    - name: b
      taskRef: {{resolver: {name}, params: [{{name: {key}, value: {value}}}]}}
      when: [{{input: {text}, operator: in, values: [{value}]}}]
      displayName: {text}
  results: [{{name: whole, value: {value}, description: {text}}}]
---
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {{name: go}}
spec:
  pipelineRef: {{name: flow}}
  params: [{{name: word, value: {value}}}, {{name: {name}, value: {{{key}: {text}}}}}]
  workspaces: [{{name: {name}, subPath: {value}, persistentVolumeClaim: {{claimName: {text}}}}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}}}
data: {{{key}: {value}, other: {script}}}
"""
# The same documents in blocks, with a place for a comment above and behind every line.
COMMENTED = """\
apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: first
spec:
  params:
    - name: word
      default: "1"
  results:
    - name: out
  steps:
    - name: one
      image: alpine
      script: |
        true
    - name: two
      image: alpine
      command: ["true"]
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata:
  name: flow
spec:
  tasks:
    - name: a
      taskRef:
        name: first
---
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
""".splitlines()


@settings(max_examples=60)
@given(st.fixed_dictionaries(dict.fromkeys(WORDS, HOSTILE)))
def test_values_and_keys_are_never_code(values: dict[str, str]) -> None:
    safe(DOCUMENTS.format(**{word: yaml_quoted(text) for word, text in values.items()}))


@settings(max_examples=100)
@given(HOSTILE, st.sampled_from(WORDS))
def test_one_hostile_value_among_good_ones(text: str, word: str) -> None:
    """Documents that admission takes reach the writer in all their parts."""
    good = {"key": "k", "label": "l", "name": "n", "value": "v", "text": "t", "script": "true", "description": "d"}
    safe(DOCUMENTS.format(**{name: yaml_quoted(each) for name, each in {**good, word: text}.items()}))


@settings(max_examples=100)
@given(HOSTILE, st.integers(0, 2 * len(COMMENTED) - 1))
@example(f"c\r- {RUN}", 2 * len(COMMENTED) - 2)
@example(f"c\x85{RUN}", 0)
@example(f"c\u2028{RUN}", 1)
@example(f"c\u2029        {RUN}", 25)
def test_comments_are_never_code(text: str, place: int) -> None:
    lines = list(COMMENTED)
    index, behind = divmod(place, 2)
    indent = lines[index][: len(lines[index]) - len(lines[index].lstrip(" -"))].replace("-", " ")
    lines[index] = f"{lines[index]} # {text}" if behind else f"{indent}# {text}\n{lines[index]}"
    safe("\n".join(lines) + "\n")


@settings(max_examples=100)
@given(
    st.lists(HOSTILE, min_size=7, max_size=7), st.sampled_from(["Task", "Pipeline", "StepAction", "PipelineRun", "X"])
)
def test_the_writer_is_given_what_admission_refuses(texts: list[str], kind: str) -> None:
    a, b, c, d, e, f, g = texts
    task = {
        "params": [{"name": a, "description": b}, {"name": c, "type": "object", "properties": {d: {}, e: {}}}],
        "workspaces": [{"name": f, "description": b}],
        "results": [{"name": e, "description": g}],
        "steps": [{"name": d, "image": c, "script": b, "env": [{"name": g, "value": a}]}],
    }
    call = {"name": d, "taskRef": {"name": b}, "params": [{"name": a, "value": c}], "matrix": {"params": []}}
    specs: dict[str, Any] = {
        "Task": task,
        "StepAction": {**task, "image": c, "script": b},
        "Pipeline": {"tasks": [call, {"name": e, "taskSpec": task}], "results": [{"name": f, "value": b}]},
        "PipelineRun": {"pipelineRef": {"name": a}, "params": [{"name": b, "value": g}]},
        "X": {a: [b, {c: d}]},
    }
    version = "tekton.dev/v1beta1" if kind == "StepAction" else "tekton.dev/v1"
    document = {"apiVersion": version, "kind": kind, "metadata": {"name": a, "labels": {b: c}}, "spec": specs[kind]}
    comments = [Comments([((), text) for text in texts])]
    no_code(write_module([document], comments, title=b).text)
    no_code(write_stubs([document], title=a).text)


@given(HOSTILE)
def test_a_literal_says_what_it_was_made_of(text: str) -> None:
    assert ast.literal_eval(quoted(text)) == text
    assert ast.literal_eval(text_block(text)) == text
    assert ast.literal_eval(text_block(text, opened=False)) == text


@pytest.mark.parametrize("end", ['"', '""', '"""', '""""', '\\"', '\\\\"', '\\"""', '"""\\'])
def test_a_long_text_may_end_in_quotes(end: str) -> None:
    for text in (f"a\n{end}", f"a\n{end}{end}", f"{end}\na{end}b{end}", end):
        assert ast.literal_eval(text_block(text)) == text


@pytest.mark.parametrize("mark", ["\r", "\x85", "\u2028", "\u2029", "\r\n", "\n"])
def test_a_comment_ends_where_yaml_ends_its_line(mark: str) -> None:
    assert find_comments(f"a: 1 # one{mark}b: 2{mark}c: 3 # two\n") == [(1, "one", False), (3, "two", False)]


@given(HOSTILE)
def test_a_comment_is_one_printable_line(text: str) -> None:
    (line,) = comment_lines([text], 4)
    assert line.startswith("    #")
    assert line.isprintable()


SAFE = """\
from typing import NamedTuple
from flowdsl import manifest, pipeline, raw, task


class Out(NamedTuple):
    a: str


@task(verbatim=True)
def t(a: str = "") -> Out: ...


@pipeline(verbatim=True)
def p(x: str) -> None:
    first = t(a=x)
    t.with_options(name="b")(a=first.a)


r = raw({})
documents = manifest(t, p, r)

if __name__ == "__main__":
    documents.cli()
"""


def test_the_fence_lets_our_modules_pass() -> None:
    checked(SAFE)


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("r = raw({})", "r = __import__('os').system('true')"),
        ("r = raw({})", "import os"),
        ("r = raw({})", "from os import system"),
        ("r = raw({})", "from flowdsl import cli"),
        ("r = raw({})", "from flowdsl import task as raw"),
        ("r = raw({})", "from typing import get_type_hints"),
        ("r = raw({})", "from . import x"),
        ("r = raw({})", "r = open('x')"),
        ("r = raw({})", "r = raw(task.__globals__)"),
        ("r = raw({})", "r = t.function()"),
        ("r = raw({})", "p.cli()"),
        ("r = raw({})", "r = (lambda: 1)()"),
        ("r = raw({})", "r = [x for x in []]"),
        ("r = raw({})", "r = raw(**{})"),
        ("r = raw({})", "r = raw({**{}})"),
        ("r = raw({})", "r = raw(f'{t!r}')"),
        ("r = raw({})", "raw = t"),
        ("r = raw({})", "r = raw(b'')"),
        ("r = raw({})", "r = p if t else t"),
        ("r = raw({})", "r: str = raw({})"),
        ("r = raw({})", "del t"),
        ("r = raw({})", "while raw({}): ..."),
        ("r = raw({})", "if __name__ == '__main__':\n    raw({})"),
        ("    a: str", "    a: 'CANARY()'"),
        ("    a: str", "    a: str = ''"),
        ("    a: str", "    def f(self): ..."),
        ("class Out(NamedTuple)", "class Out(NamedTuple, metaclass=task)"),
        ("class Out(NamedTuple)", "class Out(str)"),
        ("a: str = \"\"", "a: 'CANARY()' = ''"),
        ("a: str = \"\"", "a: list['CANARY()'] = ''"),
        ("a: str = \"\"", "*a"),
        ("-> Out: ...", "-> Out: return 1"),
        ("-> Out: ...", "-> 'Out': ..."),
        ("@task(verbatim=True)", "@CANARY"),
        ("@task(verbatim=True)", "@task(verbatim=True)\n@task(verbatim=True)"),
        ("@task(verbatim=True)", "@t(verbatim=True)"),
        ("def t(", "async def t("),
        ("    first = t(a=x)", "    first = x.y(a=x)"),
        ("    first = t(a=x)", "    first = x(a=x)"),
        ("    first = t(a=x)", "    import os"),
        ("    first = t(a=x)", "    with t(a=x): ..."),
        ("    first = t(a=x)", "    first: str = t(a=x)"),
        ("    first = t(a=x)", "    first = _x"),
        ("r = raw({})", "r = raw(" + "[" * 300 + "]" * 300 + ")"),
        ("r = raw({})", "\x00"),
        # Signs make conditions of what is compared, and work of nothing else.
        ("r = raw({})", "r = raw(1 << 1000000000)"),
        ("r = raw({})", "r = raw(9 ** 9 ** 9)"),
        ("r = raw({})", "r = raw('a' * 1000000000)"),
        ("r = raw({})", "r = raw([1] + [2])"),
        ("r = raw({})", "r = raw(1 ^ 2)"),
        ("r = raw({})", "r = raw('%s' % p)"),
        ("r = raw({})", "r = raw(not p)"),
        ("r = raw({})", "r = raw(p and t)"),
        ("r = raw({})", "r = raw(1 < 2 < 3)"),
        ("r = raw({})", "r = raw(p in [t])"),
        ("r = raw({})", "r = raw(p is t)"),
        ("r = raw({})", "r = raw(+1)"),
        ("r = raw({})", "r = raw(-p)"),
        ("r = raw({})", "r = raw(~CANARY)"),
        ("r = raw({})", "r = raw(p & CANARY())"),
        ("r = raw({})", "r = raw(CANARY | p)"),
        ("r = raw({})", "r = raw(p == CANARY)"),
        ("r = raw({})", "r = raw(p := t)"),
        ("r = raw({})", "r = raw({1, 2})"),
        ("r = raw({})", "r = raw(p[t])"),
        ("r = raw({})", "r = raw(p[1:2])"),
        ("r = raw({})", "r = raw(*[p])"),
        # Methods of conditions are asked of what is known, and take what is known.
        ("r = raw({})", "r = CANARY.isin('a')"),
        ("r = raw({})", "r = raw(p.x.matches(CANARY))"),
        ("r = raw({})", "r = raw(p.__class__.matches('a'))"),
        ("r = raw({})", "r = raw(p.x.startswith(*['a']))"),
        ("r = raw({})", "r = raw(p.x.startswith(**{}))"),
        ("r = raw({})", "r = raw('{0.x}'.format(p))"),
        ("r = raw({})", "r = raw(p.mro())"),
        # Words of on= are known once they are imported, and mean nothing else from then on.
        ("r = raw({})", "r = push('main')"),
        ("r = raw({})", "r = raw(event.branch)"),
        ("manifest, pipeline, raw, task", "manifest, pipeline, push, raw, task\npush = pipeline"),
        ("manifest, pipeline, raw, task", "body, manifest, pipeline, raw, task\ndef body(): ..."),
        ("manifest, pipeline, raw, task", "event as body, manifest, pipeline, raw, task"),
        ("r = raw({})", "raw.x = t"),
        ("r = raw({})", "r = u = raw({})"),
        # Choices are texts and no more, of the Literal that typing has: text behind any other is evaluated.
        ("a: str = \"\"", "a: Literal['CANARY()'] = ''"),
        ("class Out(NamedTuple):\n    a: str\n", "x = list['CANARY()']\n\nclass Out(NamedTuple):\n    a: x\n"),
        ("class Out(NamedTuple):\n    a: str\n", "x = list['CANARY()']\n\nclass Out(NamedTuple):\n    a: list[x]\n"),
        ("r = raw({})", "Out = list['CANARY()']"),
        ("a: str = \"\"", "a: list[str, 'CANARY()'] = ''"),
        ("a: str = \"\"", "a: list[()] = ''"),
        ("class Out(NamedTuple):\n    a: str\n", "class Literal(NamedTuple):\n    a: str\n\nclass Out(NamedTuple):\n    a: Literal['CANARY()']\n"),
        ("class Out(NamedTuple):\n    a: str\n", "class Annotated(NamedTuple):\n    a: str\n\nclass Out(NamedTuple):\n    a: Annotated[str, 'CANARY()']\n"),
    ],
)  # fmt: skip
def test_the_fence_refuses_all_else(there: str, instead: str) -> None:
    assert SAFE.count(there) == 1
    with pytest.raises(FenceError):
        checked(SAFE.replace(there, instead))


@pytest.mark.parametrize("choice", ["CANARY()", "1", "[]", "f'{CANARY}'", "'a', CANARY", "-1"])
def test_choices_are_texts_alone(choice: str) -> None:
    """Where typing's own word is imported, texts pass and nothing else does."""
    module = SAFE.replace("import NamedTuple", "import Literal, NamedTuple")
    checked(module.replace('a: str = ""', "a: Literal['CANARY()', 'b'] = 'b'"))
    with pytest.raises(FenceError):
        checked(module.replace('a: str = ""', f"a: Literal[{choice}] = 'b'"))


def test_a_module_that_gets_by_the_tree_finds_no_builtins(monkeypatch: pytest.MonkeyPatch) -> None:
    from flowdsl.library import importing_tried as importing

    for line in ("open('x')", "import os", "from flowdsl import cli", "__import__('os')", "eval('1')"):
        monkeypatch.setattr(importing, "checked", lambda text: compile(text, "<imported>", "exec"))
        with pytest.raises((NameError, FenceError)):
            exec(compile(line, "<imported>", "exec"), {"__builtins__": importing.few_builtins()})


def test_what_python_cant_hold_is_a_finding() -> None:
    deep = "apiVersion: v1\nkind: LimitRange\nmetadata: {name: x}\ndata: {a: " + "[" * 198 + "]" * 198 + "}\n"
    found = [("FLOW109", "y.yaml")]
    for walked in (False, True):
        result = import_sources([Source("x.yaml", SMALL, walked=walked), Source("y.yaml", deep, walked=walked)])
        assert [(each.code, each.location.file) for each in result.diagnostics if each.location] == found
        # A file that was named ends it; of a folder the rest is imported.
        assert ("def a(" in result.text) is walked


SMALL = "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: a}\nspec: {steps: [{image: alpine}]}\n"
