"""Deciding conditions: one evaluator, whose text also stands in the scripts of tasks, and what carries them there."""
