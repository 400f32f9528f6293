"""The stages in order: trace, slice, passes, lower, models, checks. Nothing is written here."""

from flowdsl.compiler.compilation import Compilation, CompileOptions
from flowdsl.compiler.compile import compile_pipeline

__all__ = ["Compilation", "CompileOptions", "compile_pipeline"]
