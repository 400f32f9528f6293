"""Names of flowdsl's own that documents carry and several parts of it read."""

from __future__ import annotations

ALPHA = "flowdsl.dev/alpha"
"""Annotation: the alpha features a document was written for, by Tekton's flags, with commas between them.

The compiler writes it where a pipeline opts in; whoever checks the document later knows what its cluster has.
"""
NESTED = "pipelines-in-pipelines"
"""An opt-in that is no flag of its own in Tekton: it takes `enable-api-fields: alpha`."""
