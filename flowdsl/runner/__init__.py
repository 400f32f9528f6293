"""Running a compiled PipelineRun on this machine with Tekton's semantics."""
