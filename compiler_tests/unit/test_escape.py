"""What others wrote, through every output format: nothing of it acts, and all of it can still be read."""

from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from flowdsl.diagnostics import escape
from flowdsl.emit import emit_json
from flowdsl.graph.render_html import render_html
from flowdsl.graph.render_svg import render_svg
from flowdsl.graph.render_text import render_dot, render_mermaid
from flowdsl.graph.view import GraphEdge, GraphNode, GraphView
from flowdsl.linter.engine import Options
from flowdsl.linter.jsonl import check_line

HOSTILE = {
    "a command of GitHub": "x\n::error file=a::owned",
    "a command at the start": "::set-output name=a::b",
    "a command behind odd blanks": "x\n\u3000\u00a0::error::owned",
    "the old form of a command": "a ##[add-mask]b ##vso[task.setvariable variable=a]b",
    "a command after a lone return": "x\r::error::owned",
    "a command after a line separator": "x\u2028::error::owned\u0085::error::owned",
    "clears the terminal": "\x1b[2J\x1b]0;title\x07",
    "one character that begins a sequence": "\x9b2J\x9d0;title\x9c",
    "turns the writing around": "abc\u202egnp.exe\u2066x",
    "deletes what was written": "secret\b\b\b\x7f",
    "half a character": "a\ud800b",
    "tags": "<img src=x onerror=alert(1)></script><!--",
    "attributes": "\" onload='alert(1)' x=`y`",
    "headings": "x\n# owned\n---\n> y",
    "links": "[click](https://evil.example) ![i](https://evil.example/x.png) <https://evil.example>",
    "mentions": "@everyone #1 acme/churn#2 https://evil.example www.evil.example",
    "code": "a`b``c```d\n````\nx",
    "a table": "a | b \\| c |",
    "a directive of Mermaid": '%%{init: {"theme": "x"}}%% click n0 "javascript:alert(1)" #quot; "]; end',
    "escapes of Graphviz": '\\N \\" \\',
    "empty": "",
    "blank": "  ",
}
EACH = pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
COMMANDS = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)


def commands_none(text: str) -> None:
    assert not ACTS.search(text)
    assert not COMMANDS.search(text)
    text.encode("utf-8")


@EACH
def test_a_value_in_a_line_stays_in_it(value: str) -> None:
    shown = escape.line(value)
    assert "\n" not in shown
    commands_none(f"name: {shown}")
    assert escape.line(shown) == shown


@EACH
def test_text_of_several_lines_gives_no_commands(value: str) -> None:
    shown = escape.block(f"first\n{value}\nlast")
    commands_none(shown)
    assert len(shown.split("\n")) == len(f"first\n{value}\nlast".split("\n"))


def test_plain_text_is_left_alone() -> None:
    plain = "naïve – 日本語 👩‍🚀 a::b #[x] # [y] $(tasks.a.results.b)\tc"
    assert escape.line(plain) == escape.block(plain) == escape.printed(plain) == plain


def test_colours_of_a_program_are_left_out_and_the_rest_is_shown() -> None:
    assert escape.printed("\x1b[1;31mred\x1b[0m \x1b[2K50%") == "red \\x1b[2K50%"


@EACH
@pytest.mark.parametrize("indent", [None, 2])
def test_json_says_the_same_to_a_parser(value: str, indent: int | None) -> None:
    data = {value: [value, 1.5, None]}
    shown = escape.json_text(data, indent=indent)
    commands_none(shown)
    assert json.loads(shown) == data


@EACH
def test_verdicts_and_documents_as_json(value: str) -> None:
    document = {"apiVersion": "tekton.dev/v1", "kind": value, "metadata": {"name": value}}
    line = json.dumps({"id": value, "doc": document}).encode()
    verdict = check_line(line, Options())
    commands_none(verdict)
    assert json.loads(verdict)["id"] == value
    if "\ud800" not in value:
        emitted = emit_json([document]).decode()
        commands_none(emitted)
        assert json.loads(emitted) == document


@pytest.mark.parametrize("word", ["Infinity", "-Infinity", "NaN"])
def test_what_is_no_json_is_not_echoed(word: str) -> None:
    verdict = json.loads(check_line(f'{{"id": {word}, "doc": {{}}}}'.encode(), Options()), parse_constant=pytest.fail)
    assert verdict["findings"][0]["code"] == "FLOW401"


@EACH
def test_markdown_is_one_code_span(value: str) -> None:
    shown = escape.markdown(value)
    if not value.strip():
        assert shown == ""
        return
    opening = re.match("`+", shown)
    assert opening
    fence = opening[0]
    inner = shown[len(fence) : -len(fence)]
    assert shown == f"{fence}{inner}{fence}"
    assert fence not in re.findall("`+", inner), "the code ends where it should"
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)\|", escape.markdown_cell(value)), "a cell ends nowhere"


@EACH
def test_a_code_block_is_ended_by_nothing_in_it(value: str) -> None:
    shown = escape.markdown_block(f"a\n{value}\nb").split("\n")
    assert shown[-1] == shown[0].removesuffix("text")
    assert not [each for each in shown[1:-1] if each.strip().startswith(shown[-1])]
    assert len(escape.markdown_block("x" * 100 + value, most=10)) < 40 + len(value) * 8


@EACH
def test_workflow_commands_end_where_they_should(value: str) -> None:
    command = f"::error file={escape.github_property(value)},line=1::{escape.github_message(value)}"
    assert not ACTS.search(command)
    assert "\n" not in command
    head, _, message = command.removeprefix("::error ").partition("::")
    assert head.count(",") == 1
    assert head.endswith(",line=1")
    if not ACTS.search(value):
        assert message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") == value


@EACH
def test_sarif_has_no_links_and_uris_are_uris(value: str) -> None:
    assert "](" not in escape.sarif(value)
    if "\ud800" not in value:
        assert re.fullmatch(r"[\w/:@!$&'()*+,;=~.%-]*", escape.uri(value), re.ASCII)


def view(value: str) -> GraphView:
    node = GraphNode(
        name=value, display_name=value, description=value, kind="matrix", image=value, gpu=value, cpu=value, memory=value,
        when=(value,), timeout=value, reference=value, location=value,
    )  # fmt: skip
    last = GraphNode(name="last", kind="finally", description=value)
    return GraphView(value, value, (node, last), (GraphEdge(value, "last", "result", value),))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


def tags(text: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Tags()
    parser.feed(text)
    return parser.found


@EACH
@pytest.mark.parametrize("render", [render_html, render_svg])
def test_pages_and_pictures_have_the_same_tags_whatever_the_names(
    value: str, render: Callable[[GraphView], str]
) -> None:
    if not value.strip():
        return
    shown = render(view(value))
    commands_none(shown)
    assert {*tags(shown)} == {*tags(render(view("plain")))}
    assert html.escape(escape.line(value).split("\\n")[0][:10]) in shown


@EACH
def test_an_svg_is_well_formed(value: str) -> None:
    assert ET.fromstring(render_svg(view(value)).encode()).tag.endswith("svg")


@EACH
def test_mermaid_and_graphviz_have_the_same_lines_whatever_the_names(value: str) -> None:
    if not value:
        return
    for render in (render_mermaid, render_dot):
        shown = render(view(value))
        commands_none(shown)
        assert len(shown.split("\n")) == len(render(view("plain")).split("\n"))
    shown = render_mermaid(view(value))
    assert "%" not in shown
    assert "`" not in shown
    for text in re.findall(r'"([^"]*)"', shown):
        assert not re.search(r"<(?!br/>)|>(?<!<br/>)", text)
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", render_dot(view(value)))
    assert '"' not in outside
    assert outside == re.sub(r'"(?:[^"\\]|\\.)*"', "", render_dot(view("plain")))
