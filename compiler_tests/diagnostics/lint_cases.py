"""How the findings of the pages' examples look to a person: one text for each hundred of codes.

    python compiler_tests/diagnostics/lint_cases.py

writes the texts anew, and the lists of rules in docs/lint.md; look at the difference before a commit.
"""

from __future__ import annotations

import re
from pathlib import Path

import lint_docs

from flowdsl.diagnostics import catalog
from flowdsl.linter.engine import Options, lint_sources
from flowdsl.linter.report import as_text
from flowdsl.linter.rules import RULES
from flowdsl.linter.select import Selection
from flowdsl.yamlread.sources import Source

HERE = Path(__file__).parent / "lint"
# FLOW403 is of files that are no text; FLOW407 is of folders, and import alone tells it; FLOW408 is of Python files.
NO_TEXT = {"FLOW403", "FLOW407", "FLOW408"}
CODES = [code for code in catalog.codes() if code[4] in "234" and code in RULES]
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def example(code: str) -> str:
    """The YAML that the page of a code shows."""
    section = catalog.text(code).split("## Example\n")[1].split("## How to fix")[0]
    match = BLOCK.search(section)
    assert match, f"{code} shows no YAML"
    return match[1]


def rendered(hundred: str) -> str:
    """What is printed for the examples of the codes that begin with a digit, each for its own code alone."""
    texts = []
    for code in CODES:
        if code[4] == hundred and code not in NO_TEXT:
            source = Source("task.yaml", example(code))
            found = lint_sources([source], Options(selection=Selection(select=(code,))))
            texts.append(as_text(found, {source.name: source.text}))
    return "\n".join(texts)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    texts = {digit: rendered(digit) for digit in "234"}
    for digit, text in texts.items():
        (HERE / f"{digit}xx.txt").write_text(text, encoding="utf-8")
    lint_docs.PAGE.write_text(lint_docs.renewed(lint_docs.PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {HERE}/*.txt and {lint_docs.PAGE}")
    for code in CODES:
        if code not in NO_TEXT and f"[{code}]" not in texts[code[4]]:
            print(f"{code}: the example of its page does not show it")
