"""The PipelineRun's half of the runner: what `flowdsl.machine` decides is done here, in threads, and recorded."""
