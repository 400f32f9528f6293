"""A network as an ONNX file, checked when it is loaded and run by ONNX Runtime on the processor.

`SERVICE.md` says which files there are. The bytes that are hashed are the bytes that are run, so the hash in a
measure's method names the weights for certain.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from sonic_flow.local.pixels import Floats

BATCH = 16  # rows that are run at once where the network takes any number
SAID = 200  # characters of ONNX Runtime's own words in an error


class WeightsError(ValueError):
    """A file of weights is missing, is no network, or is another network than the one it is given as."""


class Network:
    """One input (rows of `shape`, float32) and one output: `width` numbers a row."""

    def __init__(self, path: Path, what: str, shape: tuple[int, ...], width: int) -> None:
        """WeightsError where the file, its input or its output is not as SERVICE.md has it."""
        self.what, self.shape, self.width, self.path = what, shape, width, path
        try:
            content = path.read_bytes()
        except OSError as error:
            raise WeightsError(f"{what}: {path} can't be read: {error.strerror or error}") from None
        self.digest = hashlib.sha256(content).hexdigest()
        self.session = session(content, f"{what}: {path}")
        self.input, self.batch = self.taken()
        self.run([np.zeros(shape, np.float32)], needed=False)  # the output's shape is often known only after a run

    def taken(self) -> tuple[str, int]:
        """The input's name and how many rows it takes at once."""
        inputs = self.session.get_inputs()
        wanted = "x".join(("N", *map(str, self.shape)))
        shapes = ", ".join(f"{each.name} {'x'.join(map(str, each.shape))} {each.type}" for each in inputs)
        fits = len(inputs) == 1 and inputs[0].type == "tensor(float)" and len(inputs[0].shape) == len(self.shape) + 1
        if not fits or any(
            isinstance(has, int) and has != size for has, size in zip(inputs[0].shape[1:], self.shape, strict=True)
        ):
            raise WeightsError(f"{self.what}: {self.path} takes {shapes or 'nothing'}; it must take {wanted} float32")
        rows = inputs[0].shape[0]
        return inputs[0].name, rows if isinstance(rows, int) and rows > 0 else BATCH

    def run(self, rows: Iterable[Floats], *, needed: bool = True) -> Floats:
        """The outputs, an array (rows, width). ValueError where one is no finite number and they are `needed`."""
        found, each = [], iter(rows)
        while batch := list(islice(each, self.batch)):
            given = np.stack(batch + [batch[-1]] * self.missing(len(batch))).astype(np.float32)
            found.append(self.output(given)[: len(batch)])
        outputs = np.concatenate(found) if found else np.zeros((0, self.width), np.float32)
        if needed and not np.isfinite(outputs).all():
            raise ValueError(f"{self.what}: {self.path.name} gives numbers that are not finite")
        return outputs

    def missing(self, rows: int) -> int:
        """How many rows a batch lacks: a network may have been written for one size of batch only."""
        fixed = isinstance(self.session.get_inputs()[0].shape[0], int)
        return self.batch - rows if fixed else 0

    def output(self, given: Floats) -> Floats:
        """One batch through the network; dimensions of 1 after the features are dropped."""
        try:
            outputs = self.session.run(None, {self.input: given})
        except Exception as error:  # ONNX Runtime's errors share no class but this
            raise WeightsError(f"{self.what}: {self.path} can't be run: {brief(error)}") from None
        shape = np.shape(outputs[0])
        if len(outputs) != 1 or shape[:2] != (len(given), self.width) or np.size(outputs[0]) != len(given) * self.width:
            shapes = ", ".join("x".join(map(str, np.shape(each))) for each in outputs)
            raise WeightsError(
                f"{self.what}: {self.path} gives {shapes} for {len(given)} rows; it must give Nx{self.width}"
            )
        return np.reshape(outputs[0], (len(given), self.width))


def session(content: bytes, what: str) -> Any:
    """ONNX Runtime's session. WeightsError where the package is missing or the content is no network."""
    try:
        onnxruntime = importlib.import_module("onnxruntime")  # it has no types
    except ImportError:
        raise WeightsError(f"{what} needs onnxruntime: pip install 'flowdsl[sonic,sonic-nets]'") from None
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors; it warns of every initialiser that nothing uses
    # Weights in a second file would escape the hash; there is no folder in which ONNX Runtime could find one.
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", os.devnull)
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors share no class but this
        if "external data" in str(error).lower():
            raise WeightsError(f"{what} has its weights in a second file; export it as one file") from None
        raise WeightsError(f"{what} is no ONNX network: {brief(error)}") from None


def brief(error: Exception) -> str:
    """An error in one line."""
    return " ".join(str(error).split())[:SAID]
