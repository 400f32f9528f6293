"""What of the user's project travels with a task: its modules and their data, known by one hash of their content."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import attrs

from flowdsl.diagnostics.frozen import frozen
from flowdsl.kube.conventions import BUNDLE_NAME

_KEY_MOST = 240
_NO_KEY = re.compile(r"[^-._a-zA-Z0-9]")


@frozen
class BundleFile:
    """A file below the folder that imports look in: text, with a line end after each line, or any bytes."""

    path: str
    content: str | bytes

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content if isinstance(self.content, bytes) else self.content.encode("utf-8"))


@attrs.frozen(slots=False)
class Bundle:
    """Files in the order of their paths. `mounted`: they come as a ConfigMap, else they stand in the script itself."""

    files: tuple[BundleFile, ...]
    mounted: bool = False

    @functools.cached_property
    def digest(self) -> str:
        """The hash of paths and content. The lines at which a module's parts stand in the user's file are not in it."""
        import hashlib  # it loads OpenSSL, and `import flowdsl` hashes nothing

        found = hashlib.sha256()
        for file in self.files:
            content = file.content if isinstance(file.content, bytes) else file.content.encode("utf-8")
            found.update(
                f"{file.path}\0{type(file.content).__name__}\0{len(content)}\0".encode("utf-8", "surrogateescape")
            )
            found.update(content)
        return found.hexdigest()[:16]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def name(self) -> str:
        """What its ConfigMap is called, wherever it is one."""
        return f"{BUNDLE_NAME}-{self.digest}"

    def keyed(self) -> Iterator[tuple[str, BundleFile]]:
        """Each file under the key that it has in a ConfigMap, which takes no `/`: `words.split.py`."""
        taken: set[str] = set()
        for file in self.files:
            plain = _NO_KEY.sub("_", file.path.replace("/", "."))[-_KEY_MOST:].lstrip(".")
            key, number = plain, 1
            while key in taken:
                number += 1
                key = f"{number}-{plain}"
            taken.add(key)
            yield key, file
