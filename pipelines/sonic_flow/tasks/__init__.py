"""The tasks of the Sonic pipeline, one step of the work a module."""
