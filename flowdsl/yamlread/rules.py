"""What reading finds: text that is no document, or none that a cluster would take for one."""

from __future__ import annotations

from flowdsl.diagnostics import Severity
from flowdsl.diagnostics.rule import Rule

FIELD_TWICE = Rule("FLOW202", "field-twice", "a field is there twice")
NOT_YAML = Rule("FLOW401", "not-yaml", "no YAML")
TOO_DEEP_OR_LARGE = Rule("FLOW402", "too-deep-or-large", "too deep or too large")
UNREADABLE_FILE = Rule("FLOW403", "unreadable-file", "the file can't be read")
UNRENDERED_TEMPLATE = Rule("FLOW404", "unrendered-template", "a template, not yet YAML")
NO_DOCUMENT = Rule("FLOW405", "no-document", "no document", Severity.WARNING)
