"""What a pipeline function can't do with what exists only in the run: an error at the user's line, never an answer."""

from __future__ import annotations

import linecache
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.decide.wire import decided, decisions_of
from flowdsl.diagnostics import Finding, FlowError, Severity

HEAD = """\
from dataclasses import dataclass
from typing import Literal
import contextlib, functools, json, os, random, re, statistics
from typing import NamedTuple, TypedDict
from flowdsl import *

class Clip(NamedTuple):
    video: File
    seconds: float

class Made(NamedTuple):
    status: str
    words: str

class Where(TypedDict):
    text: str
    type: str

@task(image="python:3.12-slim")
def pick(word: str = "") -> str: return "x"

@task(image="python:3.12-slim")
def good() -> bool: return True

@task(image="python:3.12-slim")
def film() -> Clip: return Clip("x", 1.0)

@task(image="python:3.12-slim")
def make() -> Made: return Made("x", "y")

@task(image="python:3.12-slim")
def use(x: str = "", *, include: str = "", self: str = "") -> None: print(1)

@task(image="python:3.12-slim")
def keep(data: dict, *, rows: list[dict] = ()) -> None: print(1)

@dataclass
class Holder:
    held: object
    name: str = ""

@pipeline
def inner():
    return {"k": pick()}

@pipeline
def maybe(note: str | None = None):
    if note is None: use(x="none")
    else: use(x=note)

@pipeline
def p(ws: Workspace, place: Where, many: list[str], flag: bool = True, *,
      mode: Literal["fast", "slow"] = "fast", ratio: float = 1.0, count: int = 1):
    a, b, clip, made, deep, verdict = pick(), pick(), film(), make(), inner(), good()
    use()
"""
HERE = HEAD.count("\n") + 1
OURS = ("NodeHandle", "Computed", "Fetched", "Formula", "Junction", "Known(", "Reference", "Comparison", "Condition", "FileValue", "WorkspaceValue", "WorkspaceFile", "Outputs",
        "_Group", "Opaque", "object at 0x")  # fmt: skip


def load(path: Path) -> Any:
    module = ModuleType("user_module")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "user_module", module)  # where TypedDict looks
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return module.p


def told(line: str, path: Path) -> list[Finding]:
    """What compiling the pipeline with this line in it says; the file of the user is `path`."""
    source = f"{HEAD}    {line}\n"
    path.write_text(source, encoding="utf-8")
    linecache.checkcache()
    try:
        compile_pipeline(load(path), CompileOptions(params={}))
    except FlowError as error:
        return [each for each in error.diagnostics if each.severity is Severity.ERROR]
    return []


SPELLED = [
    ('with when(a == "1" and b != "2"): use()', 'when(a == "1", b != "2")'),
    ('with when(a == "1" or a == "2"): use()', 'when(isin(a, "1", "2"))'),
    ('with when(a == "1" or b == "2"): use()', 'when((a == "1") | (b == "2"))'),
    ("with when(ratio > 0.5 and flag): use()", "when(ratio > 0.5, flag)"),
    ("with when(ratio > 0.5 or flag): use()", "when((ratio > 0.5) | flag)"),
    ("with when(not ratio > 0.5): use()", "when(not_(ratio > 0.5))"),
    ("with when(0.1 < ratio < 0.5): use()", "when(0.1 < ratio, ratio < 0.5)"),
    ("with when(any([ratio > 1, count > 2])): use()", "when((ratio > 1) | (count > 2))"),
    ("if ratio > 0.5: use()", "when(ratio > 0.5)"),
    ('with when(not a == "1"): use()', 'when(a != "1")'),
    ('with when(not isin(a, "1", "2")): use()', 'when(not_(isin(a, "1", "2")))'),
    ('with when(not a.is_in("1", "2")): use()', 'when(not_(a.is_in("1", "2")))'),
    ("with when(not flag): use()", "when(not_(flag))"),
    ("with when(not good()): use()", "when(not_(good()))"),
    ("with when(not verdict): use()", "when(not_(verdict))"),
    ("with when(flag and a): use()", 'when(flag, a == "true")'),
    ("with when(verdict and a): use()", 'when(verdict, a == "true")'),
    ("with when(a and verdict and flag): use()", 'when(a == "true", verdict, flag)'),
    ("with when(count and flag): use()", "when(count != 0, flag)"),
    ("use('p' if count or flag else 'q')", "when((count != 0) | flag)"),
    ("if not ratio: use()", "when(ratio == 0)"),
    ('with when(~(a == "1")): use()', 'when(a != "1")'),
    ('with when(a in ["1", "2"]): use()', 'when(isin(a, "1", "2"))'),
    ('with when(a in {"1", "2"}): use()', 'when(isin(a, "1", "2"))'),
    ('with when(a not in ("1", "2")): use()', 'when(not_(isin(a, "1", "2")))'),
    ('with when("1" in [a, b]): use()', 'condition("1", "in", [a, b])'),
    ('with when("0" == a == "1"): use()', 'when("0" == a, a == "1")'),
    ('with when(all([a == "1", b == "2"])): use()', 'when(a == "1", b == "2")'),
    ('with when(any([a == "1", a == "2"])): use()', 'when(isin(a, "1", "2"))'),
    ('if a == "1": use()', 'when(a == "1")'),
    ("if flag: use()", "when(flag)"),
    ("if verdict: use()", "when(verdict)"),
    ("if not a: use()", 'when(a == "false")'),
    ('while a == "1": use()', ".map(...)"),
    ('use("p" if a == "1" else "q")', 'when(a == "1")'),
    ('assert a == "1"', "in a task's body"),
    ('when(a == "1")', "with when"),
    ("on_finish()", "with on_finish"),
    ("for each in many: use(each)", ".map("),
    ('"x" in many', "condition("),
    ("use(x=a + b)", "f-string"),
    ("made.status", 'task["status"]'),
]


@pytest.mark.parametrize(("line", "hint"), SPELLED)
def test_a_decision_of_python_is_refused_with_the_right_spelling(line: str, hint: str, tmp_path: Path) -> None:
    (found,) = told(line, tmp_path / "user.py")
    assert found.location is not None
    assert (Path(found.location.file).name, found.location.line) == ("user.py", HERE)
    assert hint in found.hint


REFUSED = [
    "bool(a)", "bool(a == 'x')", "bool(clip)", "bool(clip.video)", "bool(ws)", "bool(ws / 'x')", "bool(deep)",
    "bool(context.pipeline)", "a == (b == '1')", "(a == '1') == (b == '1')", "a == [1]", "a == None", "a == clip.video",
    "clip.video == 'x'", "ws == 'x'", "deep == 'x'", "context.pipeline_run == 'x'", "clip == 'x'",
    "sorted([a, b])", "max(a, b)", "sum([a])", "min([a == '1', b == '1'])", "random.choice(a)", "list(a == '1')",
    "statistics.mean([a.x, b])", "statistics.mean([many[0], many[1]])", "Holder(a) == Holder(b)",
    "functools.reduce(lambda x, y: x and y, [a == '1', b == '1'])", "json.dumps(a)", "json.dumps({'a': a == '1'})",
    "','.join([a])", "'x' * many", "[1, 2][a]", "{'1': 2}[a]", "{'1': 2}.get(a)", "{a == '1'}", "{clip.video}", "{ws}",
    "open(a)", "open(ws / 'x')", "os.path.join(a, 'b')", "os.path.join(ws / 'x', 'b')", "re.match('x', a)",
    "f'{a == 1}'", "f'{clip}'", "f'{clip.video}'", "f'{ws}'", "f'{ws / 1}'", "f'{deep}'", "f'{a:>9}'", "f'{many}'",
    "f'{context.pipeline}'", "'%d' % many[0]", "a.x = 1", "clip.x = 1", "ws.x = 1", "a['x']", "many[True]", "many[a]",
    "x, y = a", "x, y, z = clip", "x, = clip", "next(a)", "reversed(many)", "len(clip.video)", "a()", "(a == '1')()", "del a[0]",
    "with a: use()", "abs(a)", "round(a)", "int(a)", "float(many[0])", "divmod(a, 2)", "a @ b", "a << 1", "-a", "a <= b",
    "clip.video.name", "clip.video.path", "ws.name", "ws.use", "(ws / 'x').parent", "(a == '1').values", "ws / 3.5",
    "keep({f'{a}': 1})", "keep({'a': {f'{a}-x': 1}})", "keep(Holder({f'{a}': 1}))",
    "with when(mode == 'fsat'): use()", "with when(isin(mode, 'fast', 'slwo')): use()", "with when(flag == 1): use()",
    "with when(count == True): use()", "with when(a == many): use()", "with when(a != many): use()",
    "use(x=a == '1')", "use(x=[a == '1'])", "use(x=ws)", "use(x=clip.video)", "use(x=deep)", "use(x=context.pipeline)",
    "keep({'a': clip.video})", "keep({'a': [a]})", "keep(Holder(clip.video))", "keep(Holder(a == '1'))", "keep(ws / 'x')",
    "keep({}, rows=[{'a': clip.video}])", "keep({}, rows=[Holder(ws)])",
    "use.map(x=[a == '1', 'x'])", "use.map([{'x': a == '1'}])", "use.map([{'x': clip.video}])", "use.map(3)",
    "use.with_options(when=a == '1' or b == '1')()", "use.with_options(when='x')()", "use.with_options(when=[3])()",
    "a.after('x')", "a.after(a == '1')", "condition(a, '==', ['x'])", "condition(a == '1', 'in', ['x'])",
    "condition(a, 'in', 'xy')", "condition(a, 'in', [a == '1'])", "with when(True): use()", "with when(use): use()",
    "with when(clip): use()", "with when(clip.video): use()", "[use() for _ in 'ab' if a == '1']",
    "return {'r': a == '1'}", "return clip", "return deep", "return {'r': [clip.video, a == '1']}", "return ws",
    "with when(a > 1): use()", "with when(flag > 0): use()", "with when(many > 1): use()", "with when(clip.video > 1): use()",
    "with when(count > 'a'): use()", "with when(count > float('inf')): use()", "with when(count > True): use()",
    "with when(count == 'ten'): use()", "with when(flag == 'yes'): use()", "with when(verdict == 'yes'): use()",
    "with when(ratio + a > 1): use()", "with when(ratio / 0 > 1): use()", "with when(ratio % 2 > 1): use()",
    "with when(ratio ** 2 > 1): use()", "with when(ratio // 2 > 1): use()", "with when(round(ratio) > 1): use()",
    "use(x=ratio + 1)", "use(x=f'{ratio + 1}')", "keep({'a': ratio + 1})", "keep({}, rows=[{'a': ratio * 2}])",
    "use.map(x=[ratio + 1])", "return {'r': ratio + 1}", "if ratio + 1: use()", "print((ratio + 1).real)",
    "with when(ratio + 1): use()", "isin(ratio + 1, 1)", "isin(a, ratio + 1)", "with when((ratio > 1) & True): use()",
    "with when(1 | (ratio > 1)): use()", "with when((ratio > 1) ^ flag): use()", "with when((ratio > 1) > 2): use()",
    "with when((ratio > 1) + 1): use()", "with otherwise(): use()", "with elif_(flag): use()",
    "with when(): use()\n    with otherwise(): use()", "with when(flag):\n        with otherwise(): use()",
    "with when(flag): use()\n    with otherwise(): use()\n    with otherwise(): use()", "with when(flag): use()\n    with elif_(): use()",
    "with when(flag): use()\n    with on_finish():\n        with otherwise(): use()",
    "with when(matches(a, '[')): use()", "with when(matches(a, b)): use()", "with when(matches(ratio, 'x')): use()",
    "with when(matches('x', a)): use()", "with when(startswith(a)): use()", "with when(startswith(a, b)): use()",
    "with when(startswith(flag, 't')): use()", "with when(min_() > 1): use()", "with when(min_(a) > 1): use()",
    "with when(max_(many) > 1): use()", "with when(median_of('xy') > 1): use()", "with when(median_of(ratio)): use()",
    "with when(not_(ratio)): use()", "with when(cel('true') | (ratio > 1)): use()",
    "with on_finish():\n        with when((status(a) == 'Failed') | (ratio > 1)): use()",
]  # fmt: skip


@pytest.mark.parametrize("line", REFUSED)
def test_whatever_else_is_done_is_an_error_at_the_users_line(line: str, tmp_path: Path) -> None:
    found = told(line, tmp_path / "user.py")
    assert found
    for each in found:
        assert each.location is not None
        assert Path(each.location.file).name == "user.py"
        # What a function returns is judged when it has returned: at the function.
        assert line.startswith("return") or each.location.line == HERE + line.count("\n")
        assert not any(name in f"{each.message} {each.hint}" for name in OURS), each


CAUGHT = [
    "try: use() if a == '1' else 0\n    except Exception: use()",
    "with contextlib.suppress(Exception): use() if a else 0",
    "try: f'{ws}'\n    except: pass",
]


@pytest.mark.parametrize("line", CAUGHT)
def test_an_error_that_the_function_catches_is_one_all_the_same(line: str, tmp_path: Path) -> None:
    (found,) = told(line, tmp_path / "user.py")
    assert found.location is not None
    assert found.location.line == HERE


ALLOWED = [
    "with when(a == '1', b != '2', flag): use()", "with when(a): use()", "with when(1 == a, many[0] == 1.5): use()",
    "use(x=f'{a}-{place.text}')", "use(x=place.type)", "use(x=place['text'])", "use(x=made['status'])", "print(a, [b, ws])",
    "repr([a == '1', clip, clip.video, ws, ws / 'x', deep, context])", "w = when(a == '1')\n    with w: use()",
    "use(include='x', self='y')", "use.map(include=['x', 'y'], self='z')", "x, y = clip", "x, *y = clip", "use(x=clip[1])", "[*clip]", "use.map([{'x': a}], include='x', self=b)",
    "with when(mode == 'slow', flag == True, flag != 'false', isin(a, many), ratio == '1.50', mode != a): use()",
    "with when(mode == f'{a}'): use()",
    "pick.map(include=[{'word': a}, {'word': 'x'}])", "use.with_options(when=a == '1')()",
    "with when((a == '1') & (b == '2')): use()", "with when((a == '1') | (b == '2') | flag): use()", "with when(ratio > 1): use()",
    "with when(1 < ratio, clip.seconds <= ratio, -ratio + 2 * count >= 1 / ratio, abs(ratio - 1) < 0.1): use()",
    "with when(sum([ratio, count]) > 1, min_(ratio, 3) > 1, max_([ratio, count]) > 1, median_of(ratio, count, 2) > 1): use()",
    "with when(flag & verdict & (count == 1)): use()", "with when(not_((a == '1') | flag)): use()", "with when(ratio == clip.seconds): use()",
    "with when(matches(a, 'x+'), startswith(b, 'x', 'y'), startswith(mode, 'f')): use()", "use.with_options(when=ratio > 1)()",
    "use.with_options(when=[ratio > 1, (a == '1') | flag]).map(x=['1'])", "with when(count == '10'): use()",
    "with when(flag): use()\n    with elif_(ratio > 1): use()\n    with elif_(a == '1', b == '2'): use()\n    with otherwise(): use()",
    "with when(flag):\n        with when(ratio > 1): use()\n        with otherwise(): use()\n    with otherwise(): use()",
    "use.with_options(when=[a == '1', flag])()", "use(x=deep.k)", "with when(condition(f'{a}-{b}', 'in', [a, many])): use()",
]  # fmt: skip


@pytest.mark.parametrize("line", ALLOWED)
def test_what_has_a_meaning_compiles(line: str, tmp_path: Path) -> None:
    assert told(line, tmp_path / "user.py") == []


def test_properties_named_like_our_own_attributes_are_properties(tmp_path: Path) -> None:
    path = tmp_path / "user.py"
    assert told("use(x=place.text, include=place.type)", path) == []
    given = str(compile_pipeline(load(path), CompileOptions(params={})))
    assert "$(params.place.text)" in given
    assert "$(params.place.type)" in given


def guarded(body: str, path: Path) -> Any:
    """The `when` of the first task that has one."""
    assert told(body, path) == []
    documents: list[Any] = list(compile_pipeline(load(path), CompileOptions(params={})).documents)
    (found,) = [each for each in documents if each["kind"] == "Pipeline"]
    return next(each["when"] for each in found["spec"]["tasks"] if "when" in each)


@pytest.mark.parametrize(
    ("compared", "values"),
    [("count == 2.0", ["2"]), ("count == 2.5", ["2.5"]), ("a == 1.0", ["1.0"])],
)
def test_numbers_that_python_calls_equal_are_equal_in_the_run(compared: str, values: list[str], tmp_path: Path) -> None:
    assert guarded(f"with when({compared}): use()", tmp_path / "user.py")[0]["values"] == values


@pytest.mark.parametrize(
    ("compared", "held", "not_held"),
    [
        ("ratio == 1", ["1", "1.0", "1.00"], ["2", "nan", ""]),
        ("ratio == 1.0", ["1", "1.0", "1e0"], ["1.1", "one"]),
        ("ratio != 1e20", ["1", "-1e+20"], ["1e+20", "100000000000000000000.0", "nan"]),
        ("isin(ratio, 1, 2.5)", ["1", "1.0", "2.50"], ["2", "nan"]),
    ],
)
def test_a_float_is_what_its_value_is_however_it_is_written(
    compared: str, held: list[str], not_held: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "user.py"
    assert guarded(f"with when({compared}): use()", path)[0]["values"] == ["true"]
    documents: list[Any] = list(compile_pipeline(load(path), CompileOptions(params={})).documents)
    (decision,) = [each for document in documents for each in decisions_of(document["spec"])]
    (pipeline,) = [each["spec"] for each in documents if each["kind"] == "Pipeline"]
    given = {f"param.{each['name']}": each["value"] for task in pipeline["tasks"] for each in task.get("params", ())}
    (ratio,) = [name for name, text in given.items() if text == "$(params.ratio)"]
    for text in (*held, *not_held):
        assert decided(decision, {**given, ratio: text})[0] == (text in held), text


DECIDED = [
    "use('x' if None is ws else 'y')",
    "if a is b: use()",
    "use(x='x' if 'y' != mode is None else 'y')",
    "maybe(note=a)",
    "maybe(note=f'{a}' if True is None else place.text)",
    # Other names for the same value, and for the same task.
    "same = a\n    use() if same is None else 0",
    "same = other = clip.path if ratio else a\n    use() if other is None else 0",
    "first, second = a, b\n    third: str = second\n    use() if third is not None else 0",
    "use() if (same := a) is None else 0",
    "one = two = a\n    two = one\n    one = two\n    use() if one is None else 0",
    "again = use.with_options(name='x')\n    got = again()\n    maybe(note='x') if got is None else 0",
    "again = use\n    fast = again.with_options(name='x')\n    maybe(note='x') if isinstance(fast(), str) else 0",
    "count = a\n    use() if count is None else 0",
]
OWN = [
    "maybe()\n    maybe(note='x')\n    maybe(note=None)",
    "def say(mode=None): return 'x' if mode is None else mode\n    use(x=say())",
    "use(x=(lambda mode: 'x' if mode is None else mode)(None))",
    "try: use()\n    except ValueError as mode: use() if mode is None else 0",
    "import json as mode\n    use() if mode is not None else 0",
    "for each in [clip, made]: use(x='x' if each is clip else 'y')",
    "for each in [clip, made]: use(x='x' if clip is each else 'y')",
    "same = a\n    same = None\n    use() if same is None else 0",
    "same = None\n    for each in ['x']: same = same or each\n    use() if same is None else 0",
    "kept = dict(one=1)\n    kept = kept.get('two')\n    use() if kept is None else 0",
    "again = use if 'x' else None\n    again() if again is not None else use()",
]


@pytest.mark.parametrize("line", DECIDED)
def test_what_python_decides_by_identity_is_told_where_it_is_of_the_run(line: str, tmp_path: Path) -> None:
    (found,) = told(line, tmp_path / "user.py")
    assert found.code == "FLOW031"


@pytest.mark.parametrize("line", OWN)
def test_what_python_decides_of_its_own_values_compiles(line: str, tmp_path: Path) -> None:
    assert told(line, tmp_path / "user.py") == []
