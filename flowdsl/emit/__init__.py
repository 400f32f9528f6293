"""Documents to bytes: YAML and JSON text, and files written all or none.

`emit_yaml` and `emit_json` take plain JSON-like documents in the order to be written; `write_files` puts finished bytes
on disk. Nothing here knows what a document means.
"""

from flowdsl.emit.files import write_files
from flowdsl.emit.json_text import emit_json
from flowdsl.emit.kustomize import kustomization
from flowdsl.emit.yaml_text import emit_yaml

__all__ = ["emit_json", "emit_yaml", "kustomization", "write_files"]
