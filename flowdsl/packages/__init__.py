"""Packages of tasks: what is asked for, the lock file beside a pipeline, and resolving with pip or uv.

The frontend reads `packages=`, the compiler puts pins into scripts, the runner has them installed.
"""
