"""Small ONNX networks for the tests: they have SyncNet's and Inception's inputs and outputs, and weights made by hand.

The face branch sees how dark the middle of the mouth is in each of its 5 pictures, the audio branch how loud each fifth
of its 20 MFCC frames is. Both forget the level and keep the trend, so that what moves together lies together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="the networks of these tests are written by the package onnx")
helper, numpy_helper = onnx.helper, onnx.numpy_helper

OPSET = [helper.make_opsetid("", 17)]


def save(
    path: Path,
    nodes: list[Any],
    inputs: Mapping[str, Sequence[int | str]],
    outputs: Mapping[str, Sequence[int | str]],
    constants: Mapping[str, object] | None = None,
) -> Path:
    """An ONNX file; `inputs` and `outputs` map a name to a shape."""
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=OPSET, ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


def node(kind: str, inputs: str, output: str, **attributes: object) -> Any:
    return helper.make_node(kind, inputs.split(), [output], **attributes)


def trend(width: int = 1024) -> tuple[list[Any], dict[str, Any]]:
    """Nodes from `level` (N, 5) to `out` (N, width): its mean removed, made as long as 1, spread over the width."""
    nodes = [
        node("ReduceMean", "level", "mean", axes=[1], keepdims=1),
        node("Sub", "level mean", "around"),
        node("ReduceL2", "around", "length", axes=[1], keepdims=1),
        node("Add", "length little", "some"),
        node("Div", "around some", "unit"),
        node("MatMul", "unit spread", "out"),
    ]
    spread = np.zeros((5, width), np.float32)
    spread[:, :5] = np.eye(5)
    return nodes, {"little": np.array([1e-3], np.float32), "spread": spread}


def syncnet(folder: Path, *, batch: int | str = "N", width: int = 1024) -> Path:
    """A folder with face.onnx and audio.onnx."""
    folder.mkdir(parents=True, exist_ok=True)
    nodes, constants = trend(width)
    # In the crop the mouth is at about 0.62 of the height; dark is what is below 70 of 255.
    face = [
        node("Slice", "faces first last axes", "mouth"),
        node("Sub", "dark mouth", "below"),
        node("Relu", "below", "darkness"),
        node("ReduceMean", "darkness", "level", axes=[1, 3, 4], keepdims=0),
    ]
    places = {"first": [125, 85], "last": [175, 140], "axes": [3, 4]}
    constants_of_face = {name: np.array(value, np.int64) for name, value in places.items()}
    shape = [batch, 3, 5, 224, 224]
    save(
        folder / "face.onnx",
        face + nodes,
        {"faces": shape},
        {"out": [batch, width]},
        {**constants, **constants_of_face, "dark": np.array([70], np.float32)},
    )
    audio = [
        node("Slice", "mfcc first last axes", "energy"),
        node("Reshape", "energy fives", "fifths"),
        node("ReduceMean", "fifths", "level", axes=[2], keepdims=0),
    ]
    cut = {"first": [0], "last": [1], "axes": [2], "fives": [-1, 5, 4]}
    save(
        folder / "audio.onnx",
        audio + nodes,
        {"mfcc": [batch, 1, 13, 20]},
        {"out": [batch, width]},
        {**constants, **{name: np.array(value, np.int64) for name, value in cut.items()}},
    )
    return folder


def inception(path: Path, *, width: int = 2048, pool: int = 8) -> Path:
    """Features by averages of small squares, then a fixed random matrix: (N, width, 1, 1), as pytorch-fid's are."""
    side = 299 // pool
    matrix = np.random.default_rng(1).normal(0, 0.02, (3 * side * side, width)).astype(np.float32)
    nodes = [
        node("AveragePool", "pictures", "small", kernel_shape=[pool, pool], strides=[pool, pool]),
        node("Flatten", "small", "flat"),
        node("MatMul", "flat matrix", "features"),
        node("Reshape", "features shape", "out"),
    ]
    constants = {"matrix": matrix, "shape": np.array([-1, width, 1, 1], np.int64)}
    return save(path, nodes, {"pictures": ["N", 3, 299, 299]}, {"out": ["N", width, 1, 1]}, constants)
