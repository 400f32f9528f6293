"""The labels and annotations that Tekton itself writes and reads (pkg/apis/pipeline/register.go of v1.15.0)."""

from __future__ import annotations

from flowdsl.kinds.table import AS_CODE, CHAINS, RESOLUTION, RESULTS, TEKTON

PIPELINE = f"{TEKTON}/pipeline"
PIPELINE_RUN = f"{TEKTON}/pipelineRun"
PIPELINE_RUN_UID = f"{TEKTON}/pipelineRunUID"
PIPELINE_TASK = f"{TEKTON}/pipelineTask"
TASK = f"{TEKTON}/task"
MEMBER_OF = f"{TEKTON}/memberOf"
ON_ERROR = f"pipeline.{TEKTON}/pipeline-task-on-error"
RESOLVER_TYPE = f"{RESOLUTION}/type"
AS_CODE_TASK = f"{AS_CODE}/task"
"""With a number behind it: a Task that Pipelines-as-Code is to fetch."""

# Annotations of Tekton's and kubectl's own machinery stay with the object they are on.
MACHINERY = ("kubectl.kubernetes.io/", f"{CHAINS}/", f"{RESULTS}/")
TEKTONS = (f"{TEKTON}/", *MACHINERY)
