"""What scripts print of the user's code, as logs are shown."""

from __future__ import annotations

import pytest

from flowdsl.view.said import plain, said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('  File "/tekton/home/flowdsl-9eksei08/task/jobs/train.py", line 31', '  File "jobs/train.py", line 31'),
        ("/tmp/flowdsl-9_ksei08/mods/src/a.py:8: UserWarning", "src/a.py:8: UserWarning"),
        ("a=/x/flowdsl-12345678/task/a.py (/x/flowdsl-12345678/mods/b.py)", "a=a.py (b.py)"),
        ("/x/flowdsl-12345678/task//x/flowdsl-12345678/task/a.py", "a.py"),
        ("/tmp/flowdsl-short/task/a.py", "/tmp/flowdsl-short/task/a.py"),
        ("/tmp/flowdsl-packages-12345678/task/a.py", "/tmp/flowdsl-packages-12345678/task/a.py"),
        ("", ""),
    ],
)
def test_the_users_files_are_named(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_long_line_is_no_long_work() -> None:
    text = "/a" * 200_000 + "/flowdsl-12345678/task/x.py"
    assert plain(text).endswith("x.py")
    assert len(plain("/flowdsl-" * 100_000)) == 900_000


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("flowdsl: train: jobs/train.py:31: ValueError: no", "jobs/train.py:31: ValueError: no"),
        ("flowdsl: train: parameter n: expected int, got 'x'", "parameter n: expected int, got 'x'"),
        (
            "flowdsl: the packages can't be installed: pip ended with 1",
            "the packages can't be installed: pip ended with 1",
        ),
        ("flowdsl: ", ""),
        (" flowdsl: train: x", ""),
        ("ValueError: no", ""),
    ],
)
def test_why_a_script_failed(text: str, why: str) -> None:
    assert said(text) == why


def test_it_is_short() -> None:
    assert len(said("flowdsl: t: " + "x" * 10_000)) == 300
