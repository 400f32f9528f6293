"""Comments of YAML are found whatever is around them, and land by the Python of what they stood by."""

from __future__ import annotations

import pytest

from flowdsl.importer import comments
from flowdsl.importer.comments import find_comments
from flowdsl.library.importing import import_sources
from flowdsl.yamlread.sources import Source


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1 # one\n", [(1, "one", False)]),
        ("# one\na: 1\n", [(1, "one", True)]),
        ("a: b#c\nd: '# no'\ne: \"x # no\"\n", []),
        ("a: |\n  # no\n  x # no\nb: 1 # yes\n", [(4, "yes", False)]),
        ("a: | # yes\n  # no\n", [(1, "yes", False)]),
        ("a: plain\n  over lines # yes\n", [(2, "yes", False)]),
        ("a: 'over\n  # no\n  lines' # yes\n", [(3, "yes", False)]),
        ("a: [1, # yes\n  2]\n#\n#tight\n", [(1, "yes", False), (3, "", True), (4, "tight", True)]),
        ("url: http://a/#b\n", []),
        ("a: >-\n  folded # no\n\n# yes\nb: 1\n", [(4, "yes", True)]),
        ("a: [", []),
    ],
)
def test_comments_are_found(text: str, found: list[tuple[int, str, bool]]) -> None:
    assert find_comments(text) == found


def test_text_in_which_no_comment_can_begin_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_text: str) -> None:
        raise AssertionError("read")

    monkeypatch.setattr(comments, "events", read)
    assert find_comments('{"script": "#!/bin/sh\\necho a#b"}\nurl: http://a/#b\n') == []
    with pytest.raises(AssertionError, match="read"):
        find_comments("a: 'x # no'\n")


TEXT = """\
# header
apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: one # the name
spec:
  # all params
  params:
    - name: a # first
      # why a has a default
      default: "1"
    # about b
    - name: b
  results:
    - name: r
      description: d # said
  # all steps
  steps:
    # about the step
    - name: s
      image: alpine:3.20
      script: |
        # no comment of ours
        true
  # at the end
---
# second
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
    # about t
    - name: t
      taskSpec:
        # about the embedded step
        steps:
          - image: alpine:3.20 # its image
            command: ["true"]
"""


def test_every_comment_lands_once_by_its_part() -> None:
    text = import_sources([Source("x.yaml", TEXT)]).text
    said = [text for _, text, _ in find_comments(TEXT)]
    assert len(said) == 14
    for comment in said:
        assert text.count(f"# {comment}\n") == 1, comment
    for place in (
        "# all params\n    # first\n    # why a has a default\n    a: str",
        "    # about b\n    b: str",
        "    # said\n    r: ",
        "        # all steps\n        # about the step\n        # at the end\n        Step(",
        "# header\n# the name\n",
        "# second\n@pipeline",
        "    # about t\n",
        "        # about the embedded step\n        # its image\n        Step(",
    ):
        assert place in text, text
