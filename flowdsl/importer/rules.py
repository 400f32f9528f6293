"""What an import leaves out, can't write, or keeps as Tekton writes it."""

from __future__ import annotations

from flowdsl.diagnostics import Severity
from flowdsl.diagnostics.rule import Rule

UNWRITABLE_DOCUMENT = Rule("FLOW109", "unwritable-document", "a document that can't be written as Python")
NOT_KUBERNETES = Rule("FLOW407", "not-kubernetes", "a folder holds what is no Kubernetes document", Severity.WARNING)
KEPT_FIELD = Rule("FLOW501", "kept-field", "a field is kept as Tekton writes it", Severity.WARNING)
KEPT_DOCUMENT = Rule("FLOW502", "kept-document", "a document is kept as it is", Severity.WARNING)
KEPT_START = Rule("FLOW476", "kept-start", "what starts a run is kept as annotations of it", Severity.WARNING)
