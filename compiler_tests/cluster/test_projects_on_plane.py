"""Projects of each kind (`compiler_tests/projects`) under Tekton's own controller: the results they have here."""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from api import Api
from plane import Plane
from runs import V1

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))

from packages_support import PASSWORD, index
from projects_support import FITTED, SLOPE, WANTED, WANTED_OF_SHARED, Fitting, Project, results_of, shared

pytest.importorskip("kubernetes", reason="the extra `cluster` is not installed")

# What stands in the lines of modules/parcels/flow.py that a traceback of unreadable parcels has.
CALLS, READS = "in read(parcels)]", "return [Weight("
# Where the test kubelet looks for a container's programs.
SEARCHED = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class OnPlane:
    """Types the commands of a cluster, in a namespace of its own."""

    def __init__(self, plane: Plane, namespace: str) -> None:
        self.plane, self.namespace = plane, namespace
        plane.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})

    def types(self, project: Project, *words: str) -> subprocess.CompletedProcess[str]:
        return project.flow(*words, "--namespace", self.namespace, "--kubeconfig", str(self.plane.kubeconfig()))

    def submit(self, project: Project, name: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
        """Submit and watch: what the command says, and the PipelineRun."""
        done = self.types(project, "submit", project.file, "--name", name, "--watch")
        assert done.returncode in (0, 1), done.stderr
        return done, self.plane.api.get(V1, "PipelineRun", name, self.namespace)

    def results(self, project: Project, name: str) -> dict[str, str]:
        done, run = self.submit(project, name)
        assert done.returncode == 0, done.stdout + done.stderr
        return results_of(run)

    def make(self, kind: str, name: str, **fields: Any) -> None:
        self.plane.api.apply({"apiVersion": "v1", "kind": kind, "metadata": self._named(name), **fields})

    def _named(self, name: str) -> dict[str, str]:
        return {"name": name, "namespace": self.namespace}


@pytest.mark.parametrize("file", WANTED)
def test_a_project_completes_with_the_results_it_has_here(file: str, plane: Plane, tmp_path: Path) -> None:
    cluster = OnPlane(plane, "project-" + Path(file).stem)
    assert cluster.results(Project(tmp_path, file), "first") == WANTED[file]


@pytest.mark.parametrize("file", WANTED_OF_SHARED)
def test_a_project_of_others_completes_with_the_results_it_is_to_have(file: str, plane: Plane, tmp_path: Path) -> None:
    cluster = OnPlane(plane, "shared-" + Path(file).stem)
    assert cluster.results(shared(tmp_path, file), "first") == WANTED_OF_SHARED[file]


def test_pipelines_of_one_distribution_change_nothing_of_others_tasks(plane: Plane, api: Api, tmp_path: Path) -> None:
    churn, fraud = shared(tmp_path / "a", "library/churn.py"), shared(tmp_path / "b", "library/fraud.py")
    change_nothing_of_each_other(OnPlane(plane, "shared-both"), api, [(churn, "3"), (fraud, "42")])


def test_what_a_pod_printed_names_the_users_lines_when_the_file_has_changed_too(plane: Plane, tmp_path: Path) -> None:
    project = Project(tmp_path, "modules/parcels/flow.py")
    cluster = OnPlane(plane, "project-traced")
    file = project.folder / project.file
    asked = ("--set", "parcels=250 heavy", "--name", "it", "--watch")
    done = cluster.types(project, "submit", project.file, *asked)
    assert done.returncode == 1, done.stdout + done.stderr
    source = file.read_text()
    at = {text: 1 + next(i for i, each in enumerate(source.splitlines()) if text in each) for text in (CALLS, READS)}
    file.write_text(f"# A line\n# that was added later.\n{source}")
    for said in (done.stdout, cluster.types(project, "logs", "it", "weigh").stdout):
        assert f'parcels/flow.py", line {at[CALLS]}, in weigh' in said
        assert f'parcels/flow.py", line {at[READS]}, in ' in said
        assert "ValueError: invalid literal for int() with base 10: 'heavy'" in said


def test_data_that_a_script_can_not_hold_is_mounted(plane: Plane, api: Api, tmp_path: Path) -> None:
    project = Project(tmp_path, "data/greet.py")
    more = "".join(f"name{number:05}\n" for number in range(4000))
    (project.folder / "names" / "long.txt").write_text(more)
    cluster = OnPlane(plane, "project-large")
    done = cluster.types(
        project, "submit", project.file, "--set", "guests=ada name00007 bob", "--name", "it", "--watch"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert results_of(api.get(V1, "PipelineRun", "it", cluster.namespace)) == {"known": "2"}
    maps = api.get("v1", "ConfigMap", namespace=cluster.namespace)["items"]
    (code,) = [each for each in maps if each["metadata"]["name"].startswith("flowdsl-code-")]
    assert code["immutable"]
    assert more in code["data"].values()


def test_two_pipelines_of_one_distribution_change_nothing_of_each_other(plane: Plane, api: Api, tmp_path: Path) -> None:
    rain, wind = Project(tmp_path / "a", "distribution/rain.py"), Project(tmp_path / "b", "distribution/wind.py")
    change_nothing_of_each_other(OnPlane(plane, "project-both"), api, [(rain, "22"), (wind, "5")])


def change_nothing_of_each_other(cluster: OnPlane, api: Api, pipelines: list[tuple[Project, str]]) -> None:
    """Both are applied, one after the other; each then has its own `total`."""
    (first, _), (second, _) = pipelines
    assert cluster.types(first, "apply", first.file).returncode == 0
    before = specs(api, cluster.namespace)
    said = cluster.types(second, "apply", second.file)
    assert said.returncode == 0, said.stderr
    assert before.items() <= specs(api, cluster.namespace).items()
    for project, total in pipelines:
        assert cluster.results(project, Path(project.file).stem) == {"total": total}


def specs(api: Api, namespace: str) -> dict[str, str]:
    return {each["metadata"]["name"]: str(each["spec"]) for each in api.get(V1, "Task", namespace=namespace)["items"]}


@pytest.fixture(scope="module")
def python() -> str:
    """The version of the Python that pods have, which must have pip."""
    program = shutil.which("python3", path=SEARCHED)
    if program is None:
        pytest.skip(f"pods have no python3 (looked for in {SEARCHED})")
    asked = [program, "-I", "-c", "import pip, sys; print('%d.%d' % sys.version_info[:2])"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the Python of pods has no pip: {program}")
    return done.stdout.strip()


class Trained(OnPlane):
    """A namespace with what the training asks for: the Secret with the index' address and password, a claim."""

    def __init__(self, plane: Plane, namespace: str, host: str) -> None:
        super().__init__(plane, namespace)
        self.at(host)
        claim = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
        self.make("PersistentVolumeClaim", "wheels", spec=claim)

    def at(self, host: str) -> None:
        url = base64.b64encode(f"http://me:{PASSWORD}@{host}/simple".encode()).decode()
        self.make("Secret", "pypi", data={"url": url})


@pytest.fixture
def project(python: str, tmp_path: Path) -> Fitting:
    made = Fitting(tmp_path, python)
    done = made.flow("lock", made.file)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def host(project: Fitting) -> Iterator[str]:
    with index(project.wheels) as address:
        yield address


def test_a_pinned_package_is_installed_once_and_used(plane: Plane, project: Fitting, host: str) -> None:
    cluster = Trained(plane, "project-pinned", host)
    assert cluster.results(project, "first") == FITTED
    (kept,) = (plane.folder / "node" / "claims" / cluster.namespace / "wheels").iterdir()
    assert (kept / "leastsquares.py").is_file()
    cluster.at("127.0.0.1:9")  # there is no index any more: the second run has the package from the claim
    assert cluster.results(project, "second") == FITTED


def test_a_training_of_others_has_the_version_that_it_pins(plane: Plane, python: str, tmp_path: Path) -> None:
    """numpy itself, from the index that this machine has."""
    project = shared(tmp_path, "packages/train.py")
    if python != "3.11":
        pytest.skip(f"the project is for Python 3.11, and pods have {python}")
    done = project.flow("lock", project.file)
    if "could not be asked" in done.stderr:
        pytest.skip("no package index is reached from here")
    assert done.returncode == 0, done.stderr
    results = OnPlane(plane, "shared-packages").results(project, "first")
    assert results["version"] == "1.26.4"
    assert float(results["slope"]) == pytest.approx(2)


def test_a_package_with_another_hash_is_not_installed(plane: Plane, project: Fitting, host: str) -> None:
    cluster = Trained(plane, "project-tampered", host)
    project.publish(SLOPE + "print('somebody else wrote this')\n")
    done, run = cluster.submit(project, "it")
    assert done.returncode == 1
    assert run["status"]["conditions"][0]["reason"] == "Failed"
    said = done.stdout + done.stderr
    assert "DO NOT MATCH THE HASHES" in said
    assert "flowdsl: the packages can't be installed: pip ended with 1" in said
    assert "somebody else wrote this" not in said
    assert PASSWORD not in said
    assert list((plane.folder / "node" / "claims" / cluster.namespace / "wheels").iterdir()) == []


BUILD = """
from flowdsl import Build, Secret

IMAGE = Build("registry.example.com/ml/lines", credentials=Secret("push"), memory="2Gi")
"""


def test_an_image_that_is_built_by_the_pipeline_is_admitted(plane: Plane, api: Api, project: Fitting) -> None:
    """What is built is not shown here: nothing on this machine can run buildah in a pod."""
    file = project.folder / project.file
    head, packages, rest = file.read_text().partition('packages_cache="wheels"')
    assert packages
    file.write_text(head.replace("\n\nclass Line", BUILD + "\n\nclass Line", 1) + "packages_image=IMAGE" + rest)
    assert project.flow("lock", project.file).returncode == 0
    done = project.flow("compile", project.file, "-o", "-")
    assert done.returncode == 0, done.stderr
    documents = list(yaml.safe_load_all(done.stdout))
    (pipeline,) = [each for each in documents if each["kind"] == "Pipeline"]
    assert [each["name"] for each in pipeline["spec"]["tasks"]] == ["build-lines", "fit", "apply"]
    for document in documents:
        admitted = api.create(document, dry_run=True)
        assert admitted["kind"] == document["kind"]
    cluster = OnPlane(plane, "project-built")
    applied = cluster.types(project, "apply", project.file, "--dry-run=server")
    assert "Pipeline fitting created (dry run)" in applied.stdout, applied.stderr
