"""A bundle of the user's project as a ConfigMap, and as a volume of the Task that needs it.

https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from flowdsl.ir.bundle import Bundle
from flowdsl.ir.nodes import TaskDef
from flowdsl.kinds.table import CONFIG_MAP
from flowdsl.kube.conventions import BUNDLE, BUNDLE_NAME, BUNDLE_PATH
from flowdsl.lower.fields import filled

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


def bundle_document(bundle: Bundle, metadata: shapes.ObjectMeta) -> dict[str, object]:
    """The ConfigMap: text as text, so that a review sees it; its name changes with its content, which never does."""
    texts = {key: file.content for key, file in bundle.keyed() if isinstance(file.content, str)}
    others = {
        key: base64.b64encode(file.content).decode() for key, file in bundle.keyed() if isinstance(file.content, bytes)
    }
    labels = {**metadata.get("labels", {}), BUNDLE: bundle.digest}
    meta: shapes.ObjectMeta = {"name": bundle.name, **metadata, "labels": labels}
    data = {name: held for name, held in (("data", texts), ("binaryData", others)) if held}
    return {**CONFIG_MAP.header, "metadata": filled(meta), "immutable": True, **data}


def bundle_volumes(task: TaskDef) -> list[shapes.Volume]:
    """The volume that a task's bundle comes in, where it does not stand in the script."""
    bundle = task.mounted
    if bundle is None:
        return []
    items: list[shapes.KeyToPath] = [{"key": key, "path": file.path} for key, file in bundle.keyed()]
    return [{"name": BUNDLE_NAME, "configMap": {"name": bundle.name, "items": items}}]


def bundle_mounts(task: TaskDef) -> list[shapes.VolumeMount]:
    """Where the step of the function sees it."""
    return [{"name": BUNDLE_NAME, "mountPath": BUNDLE_PATH, "readOnly": True}] if task.mounted is not None else []
