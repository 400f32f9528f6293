"""Code that travels as a ConfigMap: compiled, run from the YAML alone, imported, linted, compared."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from run_support import flowdsl, status

GOLDEN = Path(__file__).parents[1] / "golden" / "bundle.yaml"
ROWS = "".join(f"{number},the row of number {number}\n" for number in range(2000))
FILES = {
    "pyproject.toml": "[project]\nname = 'x'\n",
    "src/words_of_ours/__init__.py": "",
    "src/words_of_ours/rows.csv": ROWS,
    "src/words_of_ours/read.py": (
        "from importlib.resources import files\n\nROWS = files('words_of_ours') / 'rows.csv'\n\n\n"
        "def rows() -> list[str]:\n    return ROWS.read_text().splitlines()\n\n\n"
        "def row(number: int) -> str:\n    return rows()[number]\n"
    ),
    "src/flow.py": (
        "from flowdsl import pipeline, task\nfrom words_of_ours.read import row\n\n\n"
        '@task(image="python:3.12-slim", cache=True)\ndef find(number: int) -> str:\n    return row(number)\n\n\n'
        "@pipeline\ndef flow(number: int = 7) -> str:\n    return find(number)\n"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    flowdsl(tmp_path, "compile", "src/flow.py", "-o", "flow.yaml")
    return tmp_path


def result(folder: Path, run: str) -> str:
    return next(str(each["value"]) for each in status(folder, run)["results"])


def test_the_golden_runs_from_its_yaml_alone(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_bytes(GOLDEN.read_bytes())
    assert "succeeded" in flowdsl(tmp_path, "run", "it.yaml").stdout


def test_the_yaml_has_one_config_map_and_does_without_the_project(folder: Path) -> None:
    documents = list(yaml.safe_load_all((folder / "flow.yaml").read_text()))
    code, task = documents[0], documents[1]
    assert (code["kind"], code["immutable"]) == ("ConfigMap", True)
    assert ROWS in code["data"].values()
    volume = task["spec"]["volumes"][0]["configMap"]
    assert volume["name"] == code["metadata"]["name"]
    assert {each["key"] for each in volume["items"]} == set(code["data"])
    for name in FILES:
        (folder / name).unlink()
    flowdsl(folder, "run", "flow.yaml", "--name", "alone")
    assert result(folder, "alone") == "7,the row of number 7"
    assert flowdsl(folder, "lint", "flow.yaml").stdout == ""
    flowdsl(folder, "import", "flow.yaml", "-o", "back.py")
    flowdsl(folder, "compile", "back.py", "-o", "back.yaml")
    assert "no differences" in flowdsl(folder, "diff", "flow.yaml", "back.yaml").stderr


def test_a_traceback_has_the_users_lines(folder: Path) -> None:
    done = flowdsl(folder, "run", "src/flow.py", "--set", "number=5000", code=1)
    assert 'words_of_ours/read.py", line 11' in done.stdout


def test_the_cache_sees_other_code_under_the_same_name(folder: Path) -> None:
    flowdsl(folder, "run", "flow.yaml", "--name", "one")
    assert "done before" in flowdsl(folder, "run", "flow.yaml", "--name", "two").stdout
    text = (folder / "flow.yaml").read_text()
    assert text.count("7,the row of number 7\n") == 1
    (folder / "flow.yaml").write_text(text.replace("7,the row of number 7\n", "7,another row of number 7\n"))
    assert "done before" not in flowdsl(folder, "run", "flow.yaml", "--name", "three").stdout
    assert result(folder, "three") == "7,another row of number 7"


def test_an_edit_above_a_function_leaves_the_config_map_as_it_is(folder: Path) -> None:
    read = folder / "src/words_of_ours/read.py"
    before = (folder / "flow.yaml").read_text().partition("---")[0]
    main = folder / "src/flow.py"
    main.write_text("# A line more.\n" + main.read_text())
    flowdsl(folder, "compile", "src/flow.py", "-o", "flow.yaml")
    assert (folder / "flow.yaml").read_text().partition("---")[0] == before
    read.write_text(read.read_text().replace("[number]", "[number + 1]"))
    flowdsl(folder, "compile", "src/flow.py", "-o", "flow.yaml")
    assert (folder / "flow.yaml").read_text().partition("---")[0] != before


def test_a_folder_of_documents_keeps_no_code_of_before(folder: Path) -> None:
    flowdsl(folder, "compile", "src/flow.py", "-o", "made/")
    before = {each.name for each in (folder / "made").iterdir()}
    assert "flowdsl-code.yaml" in before
    assert "flowdsl-code.yaml" in (folder / "made/kustomization.yaml").read_text()
    read = folder / "src/words_of_ours/read.py"
    read.write_text(read.read_text().replace("[number]", "[number + 1]"))
    flowdsl(folder, "compile", "src/flow.py", "-o", "made/", "--check", code=1)
    flowdsl(folder, "compile", "src/flow.py", "-o", "made/")
    assert {each.name for each in (folder / "made").iterdir()} == before
    flowdsl(folder, "compile", "src/flow.py", "-o", "made/", "--check")
    flowdsl(folder, "lint", "made")


def test_a_stand_in_of_another_file_brings_its_code_along(folder: Path) -> None:
    """The Task of `flow.yaml` stands in for one of that name that is on the cluster alone."""
    (folder / "src" / "other.py").write_text(
        "from flowdsl import named, pipeline, task_ref\n\n\n@task_ref(named('find'))\ndef find(number: int) -> str: ...\n\n\n"
        "@pipeline\ndef other(number: int = 5) -> str:\n    return find(number)\n"
    )
    with (folder / "pyproject.toml").open("a") as file:
        file.write('[tool.flowdsl.run.tasks]\nfind = "flow.yaml"\n')
    flowdsl(folder, "run", "src/other.py", "--name", "stands")
    assert result(folder, "stands") == "5,the row of number 5"
