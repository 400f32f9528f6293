"""The `cel` of a when expression."""

from __future__ import annotations

import sys

import pytest

from flowdsl.machine.when import CelError, evaluate


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("'main' == 'main'", True),
        ("'main' in ['dev', 'main']", True),
        ("double('0.91') >= 0.9", True),
        ("'v1.2'.matches('^v[0-9]+$')", False),
        ("[1, 2, 3].exists(n, n > 2) && 'abc'.startsWith('b')", False),
        ("1 / 0 == 1 || true", True),
        ("type(1) == int", True),
    ],
)
def test_answers(expression: str, answer: bool) -> None:
    before = sys.getrecursionlimit()
    assert evaluate(expression) is answer
    assert sys.getrecursionlimit() == before


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("'a'", "not evaluated to a boolean"),
        ("'a' ==", "'a' =="),
        ("body.ref == 'main'", "undeclared reference to 'body'"),
        ("'a'.canonical('b') == 'c'", "undeclared reference to 'canonical'"),
        ("1 / 0 == 1", "division by zero"),
        ("'a'.matches('(')", "regexp"),
        ("(" * 5000 + "true" + ")" * 5000, "true"),
        ("[" + "0," * 3000 + "0].all(a, [" + "0," * 3000 + "0].all(b, a == b))", "too long"),
    ],
)
def test_what_ends_the_run(expression: str, words: str) -> None:
    with pytest.raises(CelError) as caught:
        evaluate(expression)
    assert words in str(caught.value)
