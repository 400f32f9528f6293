"""The PipelineRun's half of the runner: what Tekton's PipelineRun reconciler does, driven by events and not by a loop.

`plan` validates and substitutes; `machine` decides what runs, is skipped or ends the run; `engine` runs it in threads.
"""
