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
PAYLOAD_VALIDATION = f"{TEKTON}/payload-validation"
"""Of an EventListener: whether a body that is no JSON is refused."""
AS_CODE_TASK = f"{AS_CODE}/task"
"""With a number behind it: a Task that Pipelines-as-Code is to fetch."""
AS_CODE_EVENT = f"{AS_CODE}/on-event"
AS_CODE_BRANCH = f"{AS_CODE}/on-target-branch"
AS_CODE_PATHS = f"{AS_CODE}/on-path-change"
AS_CODE_PATHS_IGNORED = f"{AS_CODE}/on-path-change-ignore"
AS_CODE_LABEL = f"{AS_CODE}/on-label"
AS_CODE_COMMENT = f"{AS_CODE}/on-comment"
AS_CODE_CEL = f"{AS_CODE}/on-cel-expression"
AS_CODE_CANCEL = f"{AS_CODE}/cancel-in-progress"
AS_CODE_KEEP = f"{AS_CODE}/max-keep-runs"
AS_CODE_NAMESPACE = f"{AS_CODE}/target-namespace"

# Annotations of Tekton's and kubectl's own machinery stay with the object they are on.
MACHINERY = ("kubectl.kubernetes.io/", f"{CHAINS}/", f"{RESULTS}/")
TEKTONS = (f"{TEKTON}/", *MACHINERY)
