"""A misspelt argument of whatever `from flowdsl import ...` gives is FLOW002 with the one that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdsl.cli import main

MISUSES = {
    'Step(imagee="x")': ("Step has no argument 'imagee'", "did you mean 'image'?"),
    'flowdsl.Step(imagee="x")': ("Step has no argument 'imagee'", "did you mean 'image'?"),
    'Sidecar(zzz="x")': ("Sidecar has no argument 'zzz'", "it takes: name, image, command"),
    'git("u", "p", revison="r")': ("git has no argument 'revison'", "did you mean 'revision'?"),
    'git("u", "p")': ("git needs 'revision'", "it takes: url, path, revision"),
    'hub("x", versio="1")': ("hub has no argument 'versio'", "did you mean 'version'?"),
    'named("x", knd="Task")': ("named has no argument 'knd'", "did you mean 'kind'?"),
    "Workspace(readonly=True)": ("Workspace has no argument 'readonly'", "did you mean 'read_only'?"),
    "Workspace.auto(readonly=True)": ("Workspace has no argument 'readonly'", "did you mean 'read_only'?"),
    'Secret("a").mount("/x", readonly=True)': ("mount has no argument 'readonly'", "did you mean 'read_only'?"),
    'PVC("a", storag="1Gi")': ("PVC has no argument 'storag'", "did you mean 'storage'?"),
    'task_ref(named("x"), retires=1)': ("task_ref has no option 'retires'", "did you mean 'retries'?"),
    'step_action(imag="x")': ("step_action has no option 'imag'", "did you mean 'image'?"),
}


@pytest.mark.parametrize("call", MISUSES)
@pytest.mark.parametrize("inside", [False, True])
def test_it_is_told_at_the_line(call: str, inside: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "mine.py"
    text = f"import flowdsl\nfrom flowdsl import *\n\n@pipeline\ndef p():\n    {call if inside else '...'}\n"
    source.write_text(text if inside else f"{text}\nx = {call}\n", encoding="utf-8")
    assert main(["compile", str(source)]) == 1
    told = capsys.readouterr().err
    message, hint = MISUSES[call]
    assert f"error[FLOW002]: {message}\n" in told
    assert f"mine.py:{6 if inside else 8}\n" in told
    assert hint in told
    assert "TypeError" not in told


@pytest.mark.parametrize("call", ["dict(3)", "Mine(x=1)", "mine(y=1)"])
def test_a_mistake_with_the_users_own_stays_theirs(
    call: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "mine.py"
    own = "class Mine: ...\n\ndef mine(): ...\n"
    source.write_text(f"from flowdsl import *\n\n{own}\n{call}\n", encoding="utf-8")
    assert main(["compile", str(source)]) == 1
    assert "error[FLOW082]: the file raises TypeError: " in capsys.readouterr().err
