"""What starts a pipeline, back from the documents of a target to `on=[...]`."""
