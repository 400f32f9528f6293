"""CEL as Triggers' interceptors have it; `compiler_tests/cluster/events.json` holds it to the interceptors themselves."""

from __future__ import annotations

import sys

import pytest

from flowdsl.celgo import regexps
from flowdsl.celgo.tree import CelError, CelLimitError, CelSyntaxError
from flowdsl.celgo.triggers import read, value_of
from flowdsl.celgo.uses import syntax_error, uses

HEADER = {"X-Github-Event": ["push"], "X-Several": ["a", "b"]}
BODY = {"ref": "refs/heads/dev", "number": 5.0, "list": [1.0, 2.0], "nil": None, "from": "here"}
VARIABLES = {"body": BODY, "header": HEADER, "extensions": {}, "requestURL": "/"}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("body.ref.split('/')[2]", "dev"),
        ("body.number == 5", True),
        ("body.number in [4, 5]", True),
        ("body.nil == null", True),
        ("body['from'] + '!'", "here!"),
        ("has(body.nothing) && body.nothing.deep == 1", False),
        ("body.nothing == 1 || true", True),
        ("false && body.nothing", False),
        ("header.match('x-github-event', 'push')", True),
        ("header.canonical('x-several')", "a"),
        ("string(body.number)", "5"),
        ("string(1234567.0) + string(0.5) + string(1e-7)", "1.234567e+060.51e-07"),
        ("body.list.map(x, x * 2.0)", [2.0, 4.0]),
        ("body.list.exists_one(x, x > 1)", True),
        ("[3, 1, 2].sortBy(x, -x)", [3, 2, 1]),
        ("-9223372036854775808", -(2**63)),
        ("-7 / 2 == -3 && -7 % 2 == -1", True),
        ("'\\u00e9' == 'é' && r'\\d' == '\\\\d'", True),
        ("type(1u) == uint && type(body) == map", True),
        ("[1] == [1.0] && {'a': 1} == {'a': 1u}", True),
        ("body.nil == 1 || body.number == true", False),
        ("string(timestamp('2026-01-02T03:04:05+02:00'))", "2026-01-02T03:04:05+02:00"),
        ("'a-b'.replace('-', '').upperAscii()", "AB"),
        ("'x'.indexOf('')", 0),
        ("'abc'.truncate(2)", "ab"),
        ("'a  b'.translate('[^a-z]+', '-')", "a-b"),
        ("'https://u:p@h:1/x?a=1&a=2'.parseURL().query.a", "1,2"),
        ("'{\"a\": [1]}'.parseJSON().a[0] == 1.0", True),
        ("timestamp('2026-01-02T03:04:05Z') + duration('1h') == timestamp('2026-01-02T05:04:05+01:00')", True),
        ("math.greatest(1, 2.5, 2)", 2.5),
        ("true ? 1 : body.nothing", 1),
        ("[b'abc', timestamp('2026-01-02T03:04:05Z'), duration('90m'), 9007199254740992, 2u].marshalJSON()",
         '["YWJj","2026-01-02T03:04:05Z","5400s","9007199254740992",2]'),
        ("'ab'.translate('(a)', '<$²$1$99999>')", "<a>b"),
    ],
)  # fmt: skip
def test_values(expression: str, value: object) -> None:
    found = value_of(expression, VARIABLES)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("body.number + 1", "no such overload"),
        ("body.nothing", "no such key: nothing"),
        ("body.list[2]", "index out of bounds: 2"),
        ("1 / 0", "division by zero"),
        ("9223372036854775807 + 1", "overflow"),
        ("body.ref && false || body.ref", "no such overload"),
        ("'a'.matches('(')", "regexp"),
        ("int('x')", "conversion"),
        ("body.ref < 1", "no such overload"),
        ("header.match(body, 'x')", "no such overload"),
        ("'x'.compareSecret('a', 'b')", "secret"),
        ("timestamp(9000000000000000000)", "timestamp overflow"),
        ("timestamp(-99999999999)", "timestamp overflow"),
        (f"'%.{'9' * 5000}f'.format([1.0])", "formatting clause"),
        ("[{1: 2}].marshalJSON()", "a key that is no string"),
        ("[double('nan')].marshalJSON()", "nan to JSON"),
    ],
)
def test_what_fails_for_its_values(expression: str, told: str) -> None:
    with pytest.raises(CelError, match=told):
        value_of(expression, VARIABLES)


@pytest.mark.parametrize(
    "expression",
    [
        "body.ref ==", "payload.ref", "body.shout()", "'open", "1 2", "has(body)", "body.if(", "(" * 500 + "1", "for", "`a`",
        "[1, 2].all(1, true)", "'\\q'", "9223372036854775808", "a" * 200_000, "size()", "body.?ref", "-" * 500 + "1", "1 == 1.0", "'a' + 1", "1 < 1.5",
        " + ".join("1" * 500), "body" + ".a" * 500,
    ],
)  # fmt: skip
def test_what_can_not_be_read(expression: str) -> None:
    with pytest.raises(CelSyntaxError):
        read(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "[1, 2, 3, 4, 5, 6, 7, 8].all(x, " * 20 + "x > 0" + ")" * 20,
        "['x']" + ".map(y, y + y)" * 60,
        "[1]" + ".map(y, [y, y])" * 60,
        "[1]" + ".map(y, {'a': y, 'b': y})" * 60,
        "'a'" + ".replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')" * 12,
        "lists.range(9223372036854775807)",
        "lists.range(9999).map(x, lists.range(9999))",
        "lists.range(9999).distinct() == []",
        "'" + "x" * 10 + "'.replace('x', '" + "y" * 9000 + "').replace('y', '" + "z" * 9000 + "')",
    ],
    ids=range(9),
)  # fmt: skip
def test_what_takes_too_long_ends(expression: str) -> None:
    with pytest.raises(CelLimitError):
        value_of(expression, VARIABLES)


WITHOUT = [
    ("'a$b'.matches('[$]b')", True),
    ("'ab\\n'.matches('b$')", False),
    ("'a\\nb'.matches('(?m)a$')", True),
    ("'a$'.matches(r'\\$$')", True),
    ("'https://h/sonic/model?x'.matches('^([a-z]+://[^/?]*)?(/sonic)?/model/?([?].*)?$')", True),
    ("'1'.matches('^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$')", True),
    ("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+$')", None),
    ("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^((a|a))*$')", None),
    ("'abab'.matches('^(?:ab)+$')", True),
    ("'a'.matches('[[:alpha:]]')", None),
    ("'a'.matches(r'\\pL')", None),
    ("'x{,5}'.matches('x{,5}')", None),
    ("('" + "a" * 5000 + "').matches('a*a*a*a*b')", None),
    ("'a'.matches('(')", CelError),
]


@pytest.mark.parametrize(("expression", "value"), WITHOUT, ids=range(len(WITHOUT)))
def test_regular_expressions_without_re2(expression: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    regexps._read.cache_clear()
    try:
        if isinstance(value, bool):
            assert value_of(expression, VARIABLES) is value
        else:
            with pytest.raises(CelError if value is CelError else CelLimitError):
                value_of(expression, VARIABLES)
    finally:
        regexps._read.cache_clear()


def test_a_long_condition_is_no_deep_one() -> None:
    assert value_of(" && ".join(["body.number == 5"] * 1000), VARIABLES) is True


@pytest.mark.parametrize(
    ("text", "names", "functions"),
    [
        ("body.action in ['opened', 'x',] && has(body.pull_request.head)", {"body"}, set()),
        ("body['from'].x == \"it's\" // why\n || !!true", {"body"}, set()),
        ("header.match('X', 'y') ? 1 : -2.5e3", {"header"}, {"match"}),
        ("a ? b : c ? d : e", {"a", "b", "c", "d", "e"}, set()),
        ("body.commits.all(c, c.added.exists(f, f.startsWith(prefix)))", {"body", "prefix"}, {"startsWith"}),
        ("{'a': 1, 'b': [1u, 0x1F]}.a + math.greatest(1, 2)", set(), {"math.greatest"}),
        ("r'\\d' + b'a' + \'\'\'x\ny\'\'\' + '\\u00e9\\n'", set(), set()),
        ("google.protobuf.Timestamp{seconds: 1}.from", set(), set()),
        ("_own(body) + math.nearest(1) + [a].map(a, a)", {"body", "a"}, {"_own", "math.nearest"}),
        ('r"\\" + \"\"\"a\\\\\"\"\" + name', {"name"}, set()),
    ],
)  # fmt: skip
def test_what_an_expression_uses(text: str, names: set[str], functions: set[str]) -> None:
    found = uses(text)
    assert (set(found.names), set(found.functions)) == (names, functions)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "unexpected end of the expression"),
        ("a ==", "unexpected end of the expression"),
        ("this is ( not CEL", "unexpected 'is'"),
        ("a = b", "unexpected '='"),
        ("'a", "not closed"),
        ("has(a)", "asks for a field"),
        ("has(a.b", "expected ')'"),
        ("if", "reserved"),
        ("a ? b", "expected ':'"),
        ("'\\q'", "unknown escape"),
        ("(" * 5000, "nests deeper"),
        ("[" * 200 + "]" * 200, "nests deeper"),
        ("a" * 200_000, "longer"),
        ("[1,,2]", "unexpected ','"),
        ("{1}", "expected ':'"),
        ("a..b", "unexpected '.'"),
        ("a and b", "unexpected 'and'"),
        ("a[", "unexpected end"),
        ("a{b}", "expected ':'"),
        ("1(a){b: 1}", "unexpected '('"),
        ("rb'a'", "unexpected"),
        ("1e999", "no double holds"),
        ("(1||1&&1<1+1*" * 99 + "1" + ")" * 99, "nests too deep"),
    ],
    ids=range(23),
)
def test_what_is_no_cel(text: str, words: str) -> None:
    assert words in syntax_error(text)
