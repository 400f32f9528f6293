"""Names of flowdsl's own that documents carry and several parts of it read."""

from __future__ import annotations

ALPHA = "flowdsl.dev/alpha"
"""Annotation: the alpha features a document was written for, by Tekton's flags, with commas between them.

The compiler writes it where a pipeline opts in; whoever checks the document later knows what its cluster has.
"""
NESTED = "pipelines-in-pipelines"
"""An opt-in that is no flag of its own in Tekton: it takes `enable-api-fields: alpha`."""
CACHE = "flowdsl.dev/cache"
"""Annotation of a Task: a local run may take what it gave before. TaskRuns inherit it."""
MANAGED_BY = {"app.kubernetes.io/managed-by": "flowdsl"}
"""The label of everything that flowdsl makes, by Kubernetes' recommendation."""

OUTPUTS = "outputs"
"""The workspace of a Task that its File results are written to."""
RUN_VOLUME = "files"
"""The workspace of a Pipeline that is the run's own volume."""
SCRATCH = "scratch"
"""What the volumes of a Task are called that have no name of their own, before a number."""
