"""Hostile inputs: documents of ours with characters, values and names in them that nobody expects there."""

from __future__ import annotations

import copy
import itertools
import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from flowdsl.diagnostics import catalog

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)

CANARY = "CANARY"
"""The file that exists only if a piece of an input was executed."""

MOST_PLACES = 5000
"""Places of a tree that are looked at: one that an edit copied into itself a few times has millions."""

CODE = (
    f"open('{CANARY}', 'w')",
    f"__import__('os').system('touch {CANARY}')",
    f"\ropen('{CANARY}', 'w')",
    f"\x85open('{CANARY}', 'w')",
    f"\u2028open('{CANARY}', 'w')",
    f"\u2029open('{CANARY}', 'w')",
    f'"""\nopen("{CANARY}", "w")\n"""',
    f"'''\nopen('{CANARY}', 'w')\n'''",
    f"{{open('{CANARY}', 'w')}}",
    f"\\\nopen('{CANARY}', 'w')",
)
TEXTS = (
    *CODE,
    "", " ", "\n", "\r", "\r\n", "\t", "\x00", "\x07", "\x1b[31m", "\x1b]0;title\x07", "\x7f", "\x9b31m", "\ufeff", "\u200b",
    "\u202e", "\ud800", "\U0001f600", "é", "a" * 300, "..", "../../x", "/x", "~", "a/b", "a\nb", "\n::error::x", "::set-output name=a::b",
    "</script><script>alert(1)</script>", "](http://x)", "# x", "`x`", "| a |", "@all", "$(params.x)", "$(params['a'])", "$((", "$(",
    "$(tasks.a.results.b[*])", "${x}", "{{ x }}", "{{", "%s", "%n", "{0}", "self", "head", "None", "import", "class", "__class__",
    "0755", "1_000", "1e3", ".inf", "-.INF", ".nan", "yes", "on", "null", "2001-01-01", "0x1F", "9" * 5000, "1" + "0" * 400,
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 2**63, 10**400, float("inf"), float("-inf"), float("nan"), "", [], {}, [[]], [None], {"": ""},
    [[[[[[]]]]]], {"a": {"b": {"c": []}}}, {"name": None}, [{"name": 1}], [1, "a", None], {"a": None}, "x" * 70_000,
)  # fmt: skip
RAW = (
    "!!float .inf", "!!int .nan", "!!binary x", "!!python/object/apply:os.system ['touch " + CANARY + "']", "!!set {a, b}",
    "!!timestamp x", "&a [*a]", "*a", "<<: *a", "<<: [1]", "? [a]\n: b", "[", "{", "]", "}", "- ", ": ", "|", ">-", "|9", "%YAML 9.9\n---", "---",
    "...", "!<x> y", "\t", "#", " #", "'", '"', "!!int 0x" + "f" * 3000, "{{ revision }}", "&a {<<: *a}",
)  # fmt: skip


@cache
def seeds() -> tuple[str, ...]:
    """What the compiler makes, the examples of the pages, and small documents of each kind."""
    files = [*(ROOT / "compiler_tests" / "golden").glob("*.yaml"), *(ROOT / "pipelines").rglob("*.yaml")]
    texts = [path.read_text(encoding="utf-8") for path in sorted(files)]
    texts = [text for text in texts if len(text) < 12_000]
    for code in catalog.codes():
        texts += _BLOCK.findall(catalog.text(code))
    return tuple(texts)


def hostile_text(rng: random.Random) -> str:
    """A piece of text from the list, or random characters of all Unicode."""
    if rng.random() < 0.7:
        return rng.choice(TEXTS)
    return "".join(chr(rng.choice((rng.randrange(256), rng.randrange(0xD7FF)))) for _ in range(rng.randrange(1, 9)))


def mutant(rng: random.Random) -> str:
    """A document with something hostile in it: in its text, or in a key or value of its tree."""
    text = rng.choice(seeds())
    return _text_mutant(rng, text) if rng.random() < 0.5 else _tree_mutant(rng, text)


def _text_mutant(rng: random.Random, text: str) -> str:
    for _ in range(rng.randrange(1, 5)):
        place = rng.randrange(len(text) + 1)
        end = min(len(text), place + rng.choice((0, 0, 1, 3, 30)))
        text = text[:place] + rng.choice((hostile_text(rng), rng.choice(RAW))) + text[end:]
    return text


def _tree_mutant(rng: random.Random, text: str) -> str:
    try:
        documents = [each for each in yaml.safe_load_all(text) if isinstance(each, dict)]
    except (yaml.YAMLError, ValueError):
        documents = []
    if not documents:
        return _text_mutant(rng, text)
    for _ in range(rng.randrange(1, 4)):
        _edit(rng, rng.choice(documents))
    if rng.random() < 0.5:
        return "\n---\n".join(json.dumps(each, ensure_ascii=rng.random() < 0.5, default=str) for each in documents)
    return str(yaml.safe_dump_all(documents, allow_unicode=rng.random() < 0.5, width=10**6))


def _edit(rng: random.Random, document: dict[str, Any]) -> None:
    places = list(itertools.islice(_places(document), MOST_PLACES))
    if not places:
        return
    parent, key = rng.choice(places)
    kind = rng.randrange(5)
    if kind == 0 and isinstance(parent, dict):
        parent[hostile_text(rng)] = parent.pop(key)
    elif kind == 1 and isinstance(parent[key], str):
        text = parent[key]
        place = rng.randrange(len(text) + 1)
        parent[key] = text[:place] + hostile_text(rng) + text[place:]
    elif kind == 2:
        parent[key] = copy.deepcopy(rng.choice(VALUES))
    elif kind == 3:
        parent[key] = copy.deepcopy(rng.choice(places)[0])
    else:
        parent[key] = hostile_text(rng)


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    pairs = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    for key, value in pairs:
        yield node, key
        yield from _places(value)


RESULT_SCRIPTS = (
    'mkfifo "$1"', 'ln -sf /etc/passwd "$1"', 'ln -sf "$1" "$1"', 'mkdir -p "$1/x"', 'head -c 9000 /dev/zero > "$1"',
    'head -c 3000 /dev/urandom > "$1"', 'printf "%20000s" "" | tr " " "[" > "$1"', "printf '[\"\\\\ud800\"]' > \"$1\"", "printf '[1, 2]' > \"$1\"",
    "printf '{\"a\": {\"b\": 1}}' > \"$1\"", "printf '\\033[31m\\n::error::x' > \"$1\"", "printf '\\342\\200\\250x' > \"$1\"", 'printf "NaN" > "$1"',
    'printf x > "$1"; chmod 0 "$1"', 'printf x > "$1"; exit 3', 'kill -9 $$', 'rm -rf "$(dirname "$1")"', 'python3 -c "import socket,sys;'
    ' socket.socket(socket.AF_UNIX).bind(sys.argv[1][:100])" "$1"', 'mknod "$1" c 1 5', "printf '\\303\\050\\377' | tee \"$1\"",
    'yes | head -c 100000; printf ok > "$1"', 'cat < "$1"', 'rm -rf /workspace/* /tekton/* ; printf x > "$1"',
)  # fmt: skip
NAMES = (
    "a",
    "../x",
    "/x",
    "a/b",
    "a.b",
    "A",
    "",
    ".",
    "..",
    "x" * 64,
    "a\nb",
    "\x1b[1m",
    "é",
    "a b",
    "-a",
    "0",
    "con",
    "$(x)",
)


def hostile_run(rng: random.Random) -> dict[str, Any]:
    """A PipelineRun whose steps leave odd things behind, under names that may be odd."""

    def name(good: str) -> str:
        return rng.choice(NAMES) if rng.random() < 0.06 else good

    result = name("r")
    kind = rng.choice(("string", "array", "object"))
    typed: dict[str, Any] = {"name": result, "type": kind}
    if kind == "object":
        typed["properties"] = {"a": {"type": "string"}}
    script = '#!/bin/sh\nset -- "$(results.' + result + '.path)"\n' + rng.choice(RESULT_SCRIPTS) + "\n"
    step: dict[str, Any] = {"name": name("s"), "image": "busybox", "script": script}
    if rng.random() < 0.2:
        step["onError"] = "continue"
    task: dict[str, Any] = {"results": [typed], "steps": [step]}
    volume = rng.choice(("", "", "emptyDir", "secret", "configMap", "claim"))
    if volume:
        task["volumes"] = [{"name": name("v"), **_volume(volume, name("made"))}]
        step["volumeMounts"] = [
            {"name": "v", "mountPath": rng.choice(("/data", "/data/../..", "data", "/", "/tekton/x"))}
        ]
        if rng.random() < 0.3:
            step["volumeMounts"][0]["subPath"] = rng.choice(("a", "../x", "/x", "a/../../x", ""))
    reader = {
        "params": [{"name": "v", "type": kind, **({"properties": {"a": {"type": "string"}}} if kind == "object" else {})}],
        "steps": [{"image": "busybox", "args": ["$(params.v.a)" if kind == "object" else "$(params.v[*])" if kind == "array"
                   else "$(params.v)"], "script": '#!/bin/sh\nprintf "%s" "$@"\n'}],
    }  # fmt: skip
    star = "[*]" if kind != "string" else ""
    tasks = [
        {"name": name("one"), "taskSpec": task},
        {
            "name": "two",
            "params": [{"name": "v", "value": f"$(tasks.one.results.{result}{star})"}],
            "taskSpec": reader,
        },
    ]
    final = [{"name": "end", "taskSpec": {"steps": [{"image": "busybox", "script": "#!/bin/sh\necho end\n"}]}}]
    spec = {"pipelineSpec": {"tasks": tasks, "finally": final}, "timeouts": {"pipeline": "20s"}}
    return {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": {"name": name("it")}, "spec": spec}


def _volume(kind: str, name: str) -> dict[str, Any]:
    if kind == "secret":
        return {"secret": {"secretName": name, "optional": True}}
    if kind == "configMap":
        return {"configMap": {"name": name, "optional": True}}
    if kind == "claim":
        return {"persistentVolumeClaim": {"claimName": name}}
    return {"emptyDir": {}}
