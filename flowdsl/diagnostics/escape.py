"""What others wrote, made safe for where it goes: one function for each output format.

Names, values, messages and logs come from files, results and servers, and each is markup somewhere: a line end in a
name begins a line that a CI system reads as a command, an escape sequence moves the cursor, `<` and `[` are live on a
page. Whatever is printed goes through the function of its format here. What a reader should see is kept: a character
that would do something is written as its escape (`\\n`, `\\x1b`), never left out. YAML and Python have writers of their
own (`emit`, `importer`).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote

# Control characters, what turns the direction of writing or hides text, ends of lines that only some programs know, and
# halves of characters, which no encoding takes. The tab and "\n" are told apart below.
_UNSEEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f"
)
_IN_LINE = re.compile(rf"[\n{_UNSEEN}]")
_IN_BLOCK = re.compile(rf"[{_UNSEEN}]")
_IN_JSON = re.compile(rf"[{_UNSEEN}]|#(?=#\w*\[)")
# Azure, TeamCity and GitHub's first form read `##[…]`, `##vso[…]` anywhere in a line.
_COMMAND = re.compile(r"#(?=#\w*\[)")
# GitHub reads `::name::` at the start of a line, blanks before it left out:
# https://docs.github.com/actions/reference/workflow-commands-for-github-actions
_LEADING = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_COLOR = re.compile(r"\x1b\[[0-9;:]*m")
_SHORT = {"\n": "\\n", "\r": "\\r"}


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    number = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def line(text: object) -> str:
    """A value within a line of text, for terminals and logs: it stays in its line and moves no cursor."""
    return _COMMAND.sub(r"\\x23", _IN_LINE.sub(_escape, str(text)))


def block(text: object) -> str:
    """Text of several lines, for terminals and logs: the lines stay; none of them is a command to a CI system."""
    return _LEADING.sub(r"\1\\x3a", _COMMAND.sub(r"\\x23", _IN_BLOCK.sub(_escape, str(text))))


def printed(text: str) -> str:
    """A line that a program printed, for terminals and logs: as `line`, its colours left out."""
    return line(_COLOR.sub("", text))


def json_text(data: object, *, indent: int | None = None, default: Callable[[object], object] | None = None) -> str:
    """JSON of data, the same to whoever parses it: what would act on a terminal or a log is escaped as JSON does.

    Without `indent` it is one line, without blanks.
    """
    separators = None if indent is not None else (",", ":")
    text = json.dumps(data, indent=indent, separators=separators, ensure_ascii=False, default=default)
    return json_escaped(text)


def json_escaped(text: str) -> str:
    """The same for text that is JSON already."""
    return _IN_JSON.sub(_json_escape, text)


def _json_escape(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1] if match[0] != "#" else "\\u0023"


def markdown(text: object) -> str:
    """A value within Markdown: as code, in which nothing is markup, is a link or mentions anybody."""
    shown = line(text)
    if not shown.strip():
        return ""
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def markdown_cell(text: object) -> str:
    """The same within a table, whose cells end at a bar even within code; the backslash is not shown there."""
    return markdown(text).replace("|", "\\|")


def markdown_block(text: object, language: str = "text", *, most: int | None = None) -> str:
    """Text of several lines within Markdown, as a code block that nothing in it ends; the last `most` characters."""
    shown = block(text).strip("\n")
    shown = shown if most is None else shown[max(len(shown) - most, 0) :]
    fence = "`" * max(_longest_run(shown) + 1, 3)
    return f"{fence}{language}\n{shown}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def markup(text: object) -> str:
    """A value within HTML and SVG, between tags or in a quoted attribute."""
    return _LEADING.sub(r"\1&#58;", html.escape(line(text), quote=True))


def mermaid(text: object) -> str:
    """A value within a quoted label of Mermaid: no end of the label, no HTML, Markdown, directive or entity."""
    return _MERMAID.sub(lambda match: _MERMAID_WORDS.get(match[0]) or f"#{ord(match[0])};", line(text))


_MERMAID = re.compile(r'["&<>#%`\\]')
_MERMAID_WORDS = {'"': "&quot;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}


def dot(text: object) -> str:
    r"""A value within a quoted string of Graphviz; its backslashes are no escapes such as `\N`."""
    return line(text).replace("\\", "\\\\").replace('"', '\\"')


def github_message(text: object) -> str:
    """The message of a workflow command of GitHub."""
    return _IN_BLOCK.sub(_github, str(text).replace("%", "%25")).replace("\n", "%0A")


def _github(match: re.Match[str]) -> str:
    return "%0D" if match[0] == "\r" else _escape(match)


def github_property(text: object) -> str:
    """A property of a workflow command of GitHub, such as the file."""
    return github_message(text).replace(":", "%3A").replace(",", "%2C")


def sarif(text: object) -> str:
    """A message of SARIF: `[words](target)` would be a link (SARIF 2.1.0, 3.11.6)."""
    return block(text).replace("](", "] (")


def uri(path: str) -> str:
    """A file's path as the URI that SARIF wants."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/:@!$&'()*+,;=~-._")
