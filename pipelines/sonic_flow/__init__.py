"""What the pipeline `sonic` is made of: settings, tasks, what stands in for a cluster on a laptop, and tests."""
