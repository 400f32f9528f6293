"""What stands for the API server of a local run: claims, Secrets, ConfigMaps and StepActions by name."""

from __future__ import annotations

import shutil
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from flowdsl.check.objects import decoded
from flowdsl.ir.local import LocalRun
from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import CLAIM, CONFIG_MAP, SECRET
from flowdsl.kube.object_names import is_subdomain
from flowdsl.machine.catalogue import Catalogue
from flowdsl.runner import removal
from flowdsl.runner.masking import Masker

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


def held(kind: Kind, document: Mapping[str, object]) -> dict[str, bytes]:
    """What a Secret or a ConfigMap holds; text goes before what is in base64."""
    data: dict[str, bytes] = {}
    for field in kind.base64:
        data |= {key: decoded(text) for key, text in _texts(document.get(field)).items()}
    for field in kind.texts:
        data |= {key: text.encode() for key, text in _texts(document.get(field)).items()}
    return data


def _texts(field: object) -> dict[str, str]:
    return {str(key): str(text or "") for key, text in field.items()} if isinstance(field, Mapping) else {}


def masker_of(documents: Iterable[Mapping[str, object]], local: LocalRun) -> Masker:
    """The masker of a run: it knows every Secret among the documents, and those that stand in for the cluster's."""
    found = [value.encode() for data in local.secrets.values() for value in data.values()]
    for document in documents:
        if SECRET.is_of(document):
            found += held(SECRET, document).values()
    return Masker(found)


def _fill(name: str, seed: Callable[[Path], None], folder: Path) -> None:
    """Have the user's function fill a claim. Raises LookupError with their line where it raises anything."""
    try:
        seed(folder)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)[1:]
        place = f"{frames[0].filename}:{frames[0].lineno}: " if frames else ""
        said = f"{place}{type(error).__name__}: {error}"
        raise LookupError(f'claim "{name}": the function of LocalRun.claims that fills it raised {said}') from error


class LocalCluster:
    """The objects of a local run. Claims live in a folder of their own and are filled once."""

    def __init__(
        self,
        claims: Path,
        local: LocalRun,
        catalogue: Catalogue,
        notice: Callable[[str], None] = lambda _: None,
        masker: Masker | None = None,
    ) -> None:
        self.masker = masker or masker_of(catalogue.documents.values(), local)
        self._claims = claims
        self._local = local
        self._catalogue = catalogue
        self._notice = notice
        self._lock = threading.Lock()

    def claim(self, name: str) -> Path:
        """The folder of a claim, filled from `LocalRun.claims` when it is made. Raises LookupError, OSError."""
        if not is_subdomain(name):
            # No claim has such a name, and this one would become a path.
            raise LookupError(f'persistentvolumeclaim "{name}" not found: that is no name of a claim')
        target = self._claims / name
        if target.is_dir():
            return target
        with self._lock:
            if not target.is_dir():
                self._make(name, target)
        return target

    def _make(self, name: str, target: Path) -> None:
        # Filled beside its place first: what is there is whole, whenever this process ends.
        temporary = target.with_name(f".{name}.new")
        removal.remove(temporary)
        seed = self._local.claims.get(name)
        temporary.parent.mkdir(parents=True, exist_ok=True)
        if callable(seed):
            temporary.mkdir()
            _fill(name, seed, temporary)
        elif seed is not None:
            if not Path(seed).is_dir():
                raise LookupError(f'claim "{name}" is to be filled from {seed}, which is no folder')
            shutil.copytree(seed, temporary, symlinks=True)
        else:
            temporary.mkdir()
            if (CLAIM.name, name) not in self._catalogue.documents and not name.startswith("pvc-"):
                self._notice(f"claim {name}: nothing here says what is in it, so it starts empty (LocalRun.claims)")
        temporary.rename(target)

    def secret(self, name: str) -> Mapping[str, bytes]:
        """The data of a Secret: that of the LocalRun before that of a document. Raises LookupError."""
        if name in self._local.secrets:
            return {key: value.encode() for key, value in self._local.secrets[name].items()}
        document = self._catalogue.documents.get((SECRET.name, name))
        if document is None:
            raise LookupError(f'secret "{name}" not found: give it with LocalRun(secrets={{"{name}": {{...}}}})')
        return held(SECRET, document)

    def config_map(self, name: str) -> Mapping[str, bytes]:
        """The data of a ConfigMap: that of the LocalRun before that of a document. Raises LookupError."""
        if name in self._local.config_maps:
            return {key: value.encode() for key, value in self._local.config_maps[name].items()}
        document = self._catalogue.documents.get((CONFIG_MAP.name, name))
        if document is None:
            raise LookupError(f'configmap "{name}" not found: give it with LocalRun(config_maps={{"{name}": {{...}}}})')
        return held(CONFIG_MAP, document)

    def step_action(self, reference: shapes.Ref) -> shapes.StepActionSpec:
        """The spec of a StepAction among the documents. Raises LookupError."""
        return self._catalogue.step_action(reference)
