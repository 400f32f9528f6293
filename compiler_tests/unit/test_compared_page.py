"""The page of two runs: what differs comes first, what a run wrote is text, and the browser runs the page's program alone."""

from __future__ import annotations

import base64
import hashlib
import re

from flowdsl.view.compared import page

EVIL = '</td><script>alert(1)</script><img src=x onerror=y>"'
SIDES = [
    {"name": "good", "state": "Succeeded", "message": "Tasks Completed: 2", "began": "today"},
    {"name": EVIL, "state": "Failed", "message": EVIL, "began": EVIL},
]
CLIPS = [("video/mp4", "clip.mp4", b"frames", ""), ("", "", b"", "there is no clip")]
Row = tuple[str, str | None, str | None, str]


def drawn(rows: list[Row], left_out: str = "") -> str:
    return page(SIDES, CLIPS, {"Results": rows}, {"Results": left_out})


def test_what_runs_wrote_is_text() -> None:
    text = drawn([(EVIL, EVIL, EVIL + "2", EVIL)], EVIL)
    assert text.count("<script>") == 1
    assert "<img" not in text
    assert text.count("&lt;script&gt;alert(1)") >= 6


def test_the_browser_is_told_which_program_and_style_are_the_page_s() -> None:
    text = drawn([])
    policy = re.search(r'content="(default-src [^"]*)"', text)
    assert policy is not None
    for word in ("style", "script"):
        content = re.search(rf"<{word}>(.*?)</{word}>", text, re.DOTALL)
        assert content is not None
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert f"{word}-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'; media-src data:;")


def test_a_clip_is_in_the_page_or_the_reason_is() -> None:
    text = drawn([])
    assert f'src="data:video/mp4;base64,{base64.b64encode(b"frames").decode()}"' in text
    assert "<p>there is no clip</p>" in text
    assert "id=play" in text
    assert "id=play data-on" not in page(SIDES, [CLIPS[1], CLIPS[1]], {}, {}), "nothing to play"


def test_what_differs_is_shown_and_what_is_the_same_is_folded() -> None:
    rows: list[Row] = [("metrics.fid", "4", "3", "-25.0 %"), ("seed", "1", "1", ""), ("note", None, "x" * 2000, "")]
    text = drawn(rows, "and 7 more")
    shown, _, folded = text.partition("<details>")
    assert "metrics.<wbr>fid" in shown
    assert "<td class=change>-25.0 %</td>" in shown
    assert "<td class=none>–</td>" in shown
    assert "x" * 1000 + "…</td>" in shown
    assert "x" * 1001 not in text
    assert "<summary>1 the same</summary>" in folded
    assert "seed" in folded
    assert "<p class=none>and 7 more</p>" in folded
    assert "<th>Change" not in folded, "nothing of these changed"


def test_two_runs_alike_and_a_section_of_nothing() -> None:
    assert "<p class=none>The same in both.</p>" in drawn([("seed", "1", "1", "")])
    assert "<h2>" not in drawn([])
