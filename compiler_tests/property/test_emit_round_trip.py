"""Whatever the writer writes, PyYAML (pure and libyaml) and JSON read back as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.emit import emit_json, emit_yaml


def words(text: str) -> list[str]:
    return text.split()


AWKWARD = (
    *words("yes no on off y n true null ~ 0o7 010 0x1f 0b1 1e3 1_000"),
    *words(".5 1. .inf .nan 1:20 2001-12-14 = << - -- --- ... ? : #"),
    *("", " ", "a: b", "a #b", " a", "a ", "\ta", "a\t", "a\t#b", "- a", "a\r\nb", "\r", "\0", "\x7f", "\x85", "\xa0"),
    *(
        "\u2028",
        "a\n\u2029",
        "\ufeff",
        "\ufeffa\nb",
        "a\n",
        "\na",
        "\n\n",
        "a\n\n\n",
        " \na",
        "a\n \n",
        "a\n\t",
        "\t\na\n",
    ),
    *(
        "word " * 300,
        "$(params.a[*])",
        "%YAML 1.1",
        "--- a\n...\n",
        "2026-11-25T03:00:00Z",
        "2026-11-25 03:00:00.1 +1",
        "12:30:45",
        "0o17",
        "0xFF",
        "1e-3",
        "-1.5E+3",
        "+.INF",
        "line one\r\nline two\r\n",
        "ends in blanks  \nthen goes on\t\n",
        "    deep first line\nshallow\n",
        "\tprintf\n",
        "nul\0inside\n",
        "\U0001f600 astral \U0010fffd\n",
        "e\u0301 \u200b \u202e \ufdd0",
        "😀\n",
        "\U0010ffff",
        "\ufffe",
        "'\"\\",
        "k" * 1200,
    ),
)

# Too long for Hypothesis to carry around.
LONG = ("x" * 100_000, "many words " * 2_000 + "\n" + "more of them " * 500, "k: v # " * 3_000)
LINE_ENDS = ("\n", "\r\n", "\r", "\n\n", " \n", "\t\n", "\n ", "\n\t", "\u2028", "\u2029", "\x85")
characters = st.characters(exclude_categories=("Cs",))
# Letters that numbers, dates and indicators are made of turn up far more often than chance would have them.
dense = st.text(alphabet="0123456789abefoxyzEOTXZ._+-:~ #\n\t,[]{}&*!|>'\"%@`=<?/$()\\", max_size=12)
# Scripts: several lines, each awkward by itself, with whatever may stand between two lines.
scripts = st.lists(
    st.tuples(st.one_of(st.sampled_from(AWKWARD), dense), st.sampled_from(LINE_ENDS)), min_size=1, max_size=5
).map(lambda parts: "".join(line + end for line, end in parts))
strings = st.one_of(st.sampled_from(AWKWARD), dense, scripts, st.text(characters, max_size=20))
scalars = st.one_of(
    strings,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.just(10.0**22),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(strings, inner, max_size=4)),
    max_leaves=12,
)
documents = st.lists(st.dictionaries(strings, values, max_size=4), max_size=3)


@pytest.mark.parametrize("text", [*AWKWARD, *LONG], ids=lambda text: ascii(text)[:20])
def test_each_awkward_scalar_in_each_place(text: str) -> None:
    document = {"a": text, text: text, "list": [text, [text], {text: text}], "script": f"{text}\n{text}\n", "z": "end"}
    written = emit_yaml([document])
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        assert same(yaml.load(written, loader), document)


@settings(max_examples=400)
@given(documents)
def test_pyyaml_reads_back_the_same(given_documents: list[dict[str, Any]]) -> None:
    text = emit_yaml(given_documents)
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        assert same(list(yaml.load_all(text, loader)), given_documents)


@settings(max_examples=400)
@given(st.lists(strings, min_size=1, max_size=30))
def test_strings_stay_strings_in_every_place(texts: list[str]) -> None:
    document = {"list": texts, "keys": dict.fromkeys(texts, 1), "nested": [texts, {"a": {"b": texts[0]}}, [[texts[0]]]]}
    text = emit_yaml([document])
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        assert yaml.load(text, loader) == document


@settings(max_examples=100)
@given(documents)
def test_json_reads_back_the_same(given_documents: list[dict[str, Any]]) -> None:
    read = json.loads(emit_json(given_documents))
    assert same([read] if len(given_documents) == 1 else read["items"], given_documents)


@settings(max_examples=100)
@given(documents)
def test_a_document_depends_on_itself_alone(given_documents: list[dict[str, Any]]) -> None:
    text = emit_yaml(given_documents)
    assert text == emit_yaml(json.loads(json.dumps(given_documents)))  # no object's identity shows
    assert text == b"---\n".join(emit_yaml([document]) for document in given_documents)  # nor a document's neighbours
    assert all(emit_yaml([document]).endswith(b"\n") for document in given_documents)


def same(read: Any, written: Any) -> bool:
    """Equal, and of the same types throughout: 1, 1.0 and True are equal to Python and different to Kubernetes."""
    if type(read) is not type(written):
        return False
    if isinstance(written, dict):
        return list(read) == list(written) and all(same(read[key], value) for key, value in written.items())
    if isinstance(written, list):
        return len(read) == len(written) and all(map(same, read, written))
    return bool(read == written)
