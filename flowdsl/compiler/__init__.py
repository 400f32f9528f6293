"""The stages in order: trace, slice, passes, lower, models, checks. Nothing is written here."""

from flowdsl.compiler.compile import Compilation, CompileOptions, compile_pipeline

__all__ = ["Compilation", "CompileOptions", "compile_pipeline"]
