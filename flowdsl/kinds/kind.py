"""What is known of a kind of document, in one entry: names, where it lives, and which function does what with it.

An entry is plain data. Functions and models are named by `module:name`, as in the entry points of Python's packages:
they load when a document of the kind is met, and a package above this one can be named without being imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

import attrs

_NOTHING: Mapping[str, str] = MappingProxyType({})


@attrs.frozen(eq=False, kw_only=True, repr=False)
class Kind:
    """One kind of the Kubernetes API. Everything but the names may be left out: nothing is done with it there.

    Names: `name` stands in `kind:`, `plural` in URLs and roles; `group` is "" for Kubernetes' core. `version` is the
    one that we write and ask a cluster for.

    Decoding: `models` has the model of each version (`module:class`). `former` are versions without a model, which
    `convert` turns into `version`. `gone` says what to write in place of a kind that there is no longer.

    Functions, as `module:name`: `defaults` fills in what Tekton's webhook does, `admission` checks a decoded document
    (without one its name is checked), `values` finds values of params in a raw spec, `convert` turns the spec of a
    former version into the current one, `facets` takes a spec apart for a diff (without one it is compared field by
    field; of a `bare` kind, whose documents have no spec, it takes the document), `importer` writes it as Python
    (without one it stays as it is). Each has its type beside what calls it.

    On a cluster: `namespaced`, `served` where our commands deal with objects of the kind, `prunable` where they delete
    those that a pipeline no longer emits (where `marked`, only those that hold code of ours), `keeps_data` where
    they never do; `addon` where a cluster may lack the kind, or an account may see none of it: then none is ours.
    `is_run` is created anew for each run and never applied. `called` is referred to by name, so that a
    change of its contract breaks others. `pipeline` is where a pipeline's spec stands in a document, if one may.

    Data: `texts` and `base64` are the fields in which an object holds a user's data, `secret` says that nobody is to
    see them. `python` is the class of ours that stands for such an object. `volume` is the field of a volume, or of a
    workspace's binding, that names one, and the field within; `variables` are the fields of a container's environment
    that do: for one value, and for all.
    """

    name: str
    plural: str
    group: str = ""
    version: str = "v1"
    models: Mapping[str, str] = _NOTHING
    former: tuple[str, ...] = ()
    gone: str = ""
    defaults: str = ""
    admission: str = ""
    values: str = ""
    convert: str = ""
    facets: str = ""
    bare: bool = False
    importer: str = ""
    namespaced: bool = True
    served: bool = False
    prunable: bool = False
    marked: bool = False
    keeps_data: bool = False
    addon: bool = False
    is_run: bool = False
    called: bool = False
    pipeline: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    base64: tuple[str, ...] = ()
    secret: bool = False
    python: str = ""
    volume: tuple[str, str] = ("", "")
    variables: tuple[str, ...] = ()
    api_version: str = attrs.field(init=False)
    """`group/version`, as in `apiVersion:`."""

    def __repr__(self) -> str:
        return f"<Kind {self.name} of {self.api_version}>"

    @api_version.default
    def _api_version(self) -> str:
        return self.versioned(self.version)

    def versioned(self, version: str) -> str:
        """The apiVersion of one of the kind's versions."""
        return f"{self.group}/{version}" if self.group else version

    @property
    def resource(self) -> str:
        """The plural with the group, as an API server names it in its errors: `tasks.tekton.dev`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def header(self) -> dict[str, str]:
        """What a document of the kind begins with."""
        return {"apiVersion": self.api_version, "kind": self.name}

    def is_of(self, document: Mapping[str, object]) -> bool:
        """Whether a document says that it is of this kind, of whatever version."""
        return document.get("kind") == self.name


@cache
def resolve(path: str) -> object:
    """What a `module:name` names; it is imported when it is first asked for."""
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
