"""What the YAML writer writes, byte for byte, and what it refuses."""

from __future__ import annotations

import enum
import textwrap
from collections import OrderedDict
from typing import Any

import pytest
import yaml

from flowdsl.emit import emit_yaml


def words(text: str) -> list[str]:
    return text.split()


# Each is a number, boolean, null, date, merge or value marker to at least one reader, or not a scalar at all.
NOT_PLAIN = [
    *words("yes Yes YES no No NO on On ON off Off OFF y"),
    *words("Y n N true True TRUE false False FALSE null Null NULL ~"),
    *words("0 1 -1 +1 010 0o7 0x1F 0b101 1_000 1e3 1E3"),
    *words("1.5 .5 -.5 +.5 1. 1.e3 12e03 .inf -.Inf .NaN 1:20 1:20:30.5"),
    *words("2001-12-14 2001-12-14T21:59:43Z 1e5f 0xdeadbeef 190:20:30 = << - -- --- ... ? :"),
    *words(", [ ] { } # & * ! | > % @"),
    *words("-1a *a &a !a %a @a `a |a >a [a {a 'a \"a ?a :a =a <a ~a"),
    *("", " ", " a", "a ", "a: b", "a:", "a #b", "a\tb", "2001-12-14 21:59:43", "- a", "? a"),
    *("\ufeffa", "a\u2028b", "a\u2029b", "a\x85b", "a\x00", "a\x7f", "a\x1b[0m", "a\ufffeb", "a\r"),
]

PLAIN = [
    *words("a abc a-b a_b A/b:c $(params.x) $(params.x[*]) $(a.b)/c"),
    *words("(x) /bin/sh ./run ../run -c --flag a#b a,b a[0]"),
    *words("500m 8Gi 30m 1h30m 3.12-slim python:3.12 https://x.io/a?b=c#d"),
    *words("tekton.dev/v1 yess nob nulls éa 名前 a=b x:y"),
    *("two words", "it's", 'say "hi"', "a\\b", "a  b", "a :b", "percent %", "star *", "$HOME", "😀 ok"),
]


def scalar(value: Any) -> str:
    """The text that stands for a value after `k: `, without the line break."""
    text = emit_yaml([{"k": value}]).decode()
    assert text.startswith("k:")
    assert text.endswith("\n")
    return text[2:-1].removeprefix(" ")


@pytest.mark.parametrize("value", NOT_PLAIN)
def test_ambiguous_strings_are_quoted(value: str) -> None:
    text = scalar(value)
    assert text[0] == text[-1]
    assert text[0] in "\"'"
    assert yaml.safe_load(f"k: {text}") == {"k": value}


@pytest.mark.parametrize("value", PLAIN)
def test_clear_strings_stay_plain(value: str) -> None:
    assert scalar(value) == value
    assert yaml.safe_load(f"k: {value}") == {"k": value}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\tb", r'"a\tb"'),
        ("a\x00", r'"a\u0000"'),
        ("a\r\nb", r'"a\r\nb"'),
        ("\u2028", r'"\u2028"'),
        ('{"a": 1}', """'{"a": 1}'"""),
        ("{\"a\": '1'}", r'''"{\"a\": '1'}"'''),
        ("\n", r'"\n"'),
        (" \n\t\n", r'" \n\t\n"'),
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-7, "-7"),
        (10**20, "1" + "0" * 20),
        (1.0, "1.0"),
        (1e16, "1.0e+16"),
        (1.5e-7, "1.5e-07"),
        ({}, "{}"),
        ([], "[]"),
        ((), "[]"),
    ],
)
def test_one_line_values(value: Any, text: str) -> None:
    assert scalar(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\nb\n", "|\n  a\n  b"),
        ("a\nb", "|-\n  a\n  b"),
        ("a\n\n", "|+\n  a\n"),
        ("a\n\n\nb\n", "|\n  a\n\n\n  b"),
        ("  a\nb\n", "|2\n    a\n  b"),
        ("\n  a\n", "|2\n\n    a"),
        ("\ta\nb", "|2-\n  \ta\n  b"),
        ("a  \nb\n", "|\n  a  \n  b"),
        ("a\n  ", "|-\n  a\n    "),
        ("a\n \nb\n", "|\n  a\n   \n  b"),
        ("#!/bin/sh\n---\n...\n", "|\n  #!/bin/sh\n  ---\n  ..."),
        ("é\n名\n", "|\n  é\n  名"),
    ],
)
def test_lines_become_a_literal_block(value: str, text: str) -> None:
    assert scalar(value) == text
    assert yaml.safe_load(emit_yaml([{"k": value}])) == {"k": value}
    assert yaml.load(emit_yaml([{"k": [value]}]), yaml.CSafeLoader) == {"k": [value]}


def test_layout() -> None:
    document = {
        "kind": "Pipeline",
        "on": {"deep": {"list": [{"name": "a", "args": ["-c", "x\ny"]}, [["b"], {}], [], {"only": {"in": [1]}}]}},
        "empty": {},
    }
    expected = """\
        kind: Pipeline
        "on":
          deep:
            list:
            - name: a
              args:
              - -c
              - |-
                x
                y
            - - - b
              - {}
            - []
            - only:
                in:
                - 1
        empty: {}
        """
    assert emit_yaml([document]).decode() == textwrap.dedent(expected)


def test_documents_are_separated() -> None:
    assert emit_yaml([{"a": 1}, {}, {"b": "x\n\n"}, {"c": 2}]) == b"a: 1\n---\n{}\n---\nb: |+\n  x\n\n---\nc: 2\n"
    assert emit_yaml([]) == b""


def test_order_is_kept_and_nothing_is_shared() -> None:
    shared = {"z": 1, "a": 2}
    assert emit_yaml([{"d": shared, "b": shared}]) == b"d:\n  z: 1\n  a: 2\nb:\n  z: 1\n  a: 2\n"


def test_a_long_line_stays_one_line() -> None:
    line = "word " * 5000 + "end"
    assert emit_yaml([{"k": line}]) == f"k: {line}\n".encode()


def test_a_key_too_long_for_readers_is_explicit() -> None:
    key = "k" * 2000
    document = {key: {key: ["a"], "b": "x\ny"}, "c": [{key: "v"}]}
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        assert yaml.load(emit_yaml([document]), loader) == document


def test_subclasses_are_written_as_what_they_are() -> None:
    class Word(str, enum.Enum):
        YES = "yes"
        LINES = "a\nb"

    class Number(enum.IntEnum):
        ONE = 1

    document = OrderedDict(a=Word.YES, b=Number.ONE, c=(Word.YES,), d=OrderedDict(e=Word.LINES))
    assert emit_yaml([document]) == b'a: "yes"\nb: 1\nc:\n- "yes"\nd:\n  e: |-\n    a\n    b\n'


@pytest.mark.parametrize(
    ("document", "kind", "message"),
    [
        ({"a": [{"b": object()}]}, TypeError, "document 1, a[0].b: cannot write a object"),
        ({"a": b"x"}, TypeError, "document 1, a: cannot write a bytes"),
        ({"a": {"x"}}, TypeError, "document 1, a: cannot write a set"),
        ({"a": {1: 2}}, TypeError, "document 1, a: a mapping key must be a string, got int"),
        ({"a": float("nan")}, ValueError, "document 1, a: nan is no number in JSON, so no API server takes it"),
        ({"a": ["x", "\ud800"]}, ValueError, "document 1, a[1]: a lone surrogate cannot be written as UTF-8"),
        ({"a": "x\n\udfff"}, ValueError, "document 1, a: a lone surrogate cannot be written as UTF-8"),
        ({"\ud800": 1}, ValueError, r"document 1, '\ud800': a lone surrogate cannot be written as UTF-8"),
        (["a"], TypeError, "document 1: a document must be a mapping, got list"),
    ],
)
def test_what_cannot_be_written_is_named(document: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        emit_yaml([{"fine": 1}, document])
    assert str(caught.value) == message
