"""What Tekton's PipelineRun reconciler decides, without a thread, a clock or a file.

`plan` validates and substitutes; `machine` is told what became of each task and says what runs next, is skipped or
ends the run; `status` writes the run's condition, skipped tasks and results.
"""
