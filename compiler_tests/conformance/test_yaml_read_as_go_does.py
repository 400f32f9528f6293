"""Our YAML reader takes what kubectl's takes, for the same values: plain scalars, keys, merges, tags."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import UnreadableError, read_yaml

from flowdsl.yamlread import reader
from flowdsl.yamlread.rules import FIELD_TWICE

pytestmark = pytest.mark.usefixtures("kubeyaml")

SCALARS = [
    "y",
    "Y",
    "n",
    "yes",
    "No",
    "on",
    "OFF",
    "true",
    "TRUE",
    "tRue",
    "null",
    "~",
    "Null",
    "1",
    "0x1F",
    "0o17",
    "017",
    "08",
    "1_000",
    "1e3",
    "1E+3",
    "1.5",
    ".5",
    "5.",
    "1:30",
    "2001-01-01",
    "0b101",
    "-0b11",
    "12345678901234567890",
    "+12",
    "-7",
    "=",
    "1.0",
    "1e400",
    "0x",
    "1__0",
    "_1",
    "0.1_2",
    "-0o7",
    "-0",
    "+.5",
    ".e3",
    "1e",
    "1e5",
    "0xG",
    "1.e2",
    "-.5",
    "a-b",
    "1.2.3",
    "8080/tcp",
    "5m",
    "1h",
    "500m",
    "8Gi",
    "v1",
    "None",
    "nil",
    "@",
    "%",
    "0777",
    "1_",
    "_",
    "0b2",
    "0o8",
    "0x_1",
    "1e+",
    "e1",
    "+-1",
    "--1",
    "1-1",
    "1+1",
    ".1.",
    "1..2",
    "00",
    "-00",
    "+0x1f",
    "-0X1F",
    "0B1",
    "0O7",
]
TEXTS = [
    "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n",
    "a: &x {b: 1}\nc:\n  <<: [*x, {e: 3}]\n  d: 2\n",
    "a: !!binary aGVsbG8=\n",
    "a: !!str 5\nb: !!int '7'\n",
    "a: !foo bar\n",
    "a: !!float 3\n",
    "1: x\ntrue: y\n1.5: q\n",
    "a: 'x'\r\nb: |\r\n  t\r\n",
    "a: >-\n  folded\n  text\n\n  more\nb: |+\n  kept\n\n",
    'a: "\\u00e9\\t\\x41"\n',
    "# only a comment\n---\na: 1\n--- # another\nb: 2\n...\n",
    "{a: 1, b: [x, 'y', \"z\"]}\n",
    "a:\n- 1\n- - 2\n  - 3\n",
    "? a\n: b\n",
    *(
        f"k: {style}\n  {body}"
        for style in ("|", "|-", "|+", ">", ">-", ">+")
        for body in ("x", "a\n  b", "x # c", "x\n  ", "x\n\n  ")
    ),
    "k: plain",
    "k: 'quoted'",
    "k: |\n  x\n---\nk: |\n  y",
]
REFUSED = [
    "a: 1\na: 2\n",
    "? [a]\n: b\n",
    "a: [1,2\n",
    "\ta: 1\n",
    "a: b: c\n",
    "x: @foo\n",
    "~: z\n",
    "a: *b\n",
    "a: .nan\n",
]


def ours(text: str) -> list[Any]:
    found = list(reader.read(text))
    if any(document.duplicates for document in found):
        raise reader.UnreadableError(FIELD_TWICE, "duplicate", 1, 1, "")
    return [document.root.value for document in found]


@pytest.mark.parametrize("scalar", SCALARS)
def test_plain_scalars(scalar: str) -> None:
    text = f"k: {scalar}\n"
    try:
        theirs = read_yaml(text.encode())
    except UnreadableError:
        with pytest.raises(reader.UnreadableError):
            ours(text)
        return
    mine = ours(text)
    assert mine == theirs
    assert type(mine[0]["k"]) is type(theirs[0]["k"])


@pytest.mark.parametrize("text", TEXTS)
def test_documents(text: str) -> None:
    assert ours(text) == read_yaml(text.encode())


@pytest.mark.parametrize("text", REFUSED)
def test_what_kubectl_refuses(text: str) -> None:
    with pytest.raises((UnreadableError, RuntimeError)):
        read_yaml(text.encode())
    with pytest.raises(reader.UnreadableError):
        ours(text)


@settings(max_examples=60)
@given(st.text(alphabet="0123456789+-._eExXoObBnaifNAIFyts~", min_size=1, max_size=8))
def test_any_plain_scalar(scalar: str) -> None:
    text = f"k: {scalar}\n"
    try:
        theirs: Any = read_yaml(text.encode())
    except (UnreadableError, RuntimeError):
        theirs = None
    try:
        mine: Any = ours(text)
    except reader.UnreadableError:
        mine = None
    assert mine == theirs
