"""Models in float32 on ONNX Runtime."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.cache.files import prepared
from audit.embeddings import Floats
from audit.encoders.graph import GRAPH_VERSION, bert_graph
from audit.encoders.weights import SEGMENTS, bert_weights

__all__ = ["OnnxModel", "Weighted"]


class Weighted:
    """A session of a graph with weights that stay where they are: both live as long as this."""

    def __init__(self, graph: bytes, weights: Mapping[str, NDArray[np.float32]]) -> None:
        onnxruntime = _silent_runtime()
        self._values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in weights.values()]
        options = onnxruntime.SessionOptions()
        options.add_external_initializers(list(weights), self._values)
        # Batches run side by side, each on the thread that asks: no core waits for another within a batch.
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_mem_pattern = False
        # The graph is made of fused operators already.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(self, outputs: Sequence[str], inputs: Mapping[str, NDArray[Any]]) -> list[Floats]:
        """Compute ``outputs`` of one batch."""
        found: list[Floats] = self._session.run(list(outputs), dict(inputs))
        return found


class OnnxModel:
    """The encoder; its weights are read where they are."""

    batch_tokens = 512
    """Tokens a batch: its activations fit the cache of one core."""

    def __init__(self, folder: Path) -> None:
        arrays = bert_weights(folder)
        del arrays[SEGMENTS]  # one text has one
        self._model = Weighted(_graph(folder, {name: array.shape for name, array in arrays.items()}), arrays)

    def run(self, ids: NDArray[Any], mask: NDArray[Any], *, tokens: bool) -> tuple[Floats, Floats | None]:
        """Embed a batch of int32 (b, s): sums of the tokens' vectors, (b, d), and these (b, s, d) where asked for."""
        pooled, *hidden = self._model.run(["pooled", "hidden"] if tokens else ["pooled"], {"ids": ids, "mask": mask})
        return pooled, hidden[0] if tokens else None


def _silent_runtime() -> Any:
    """Return ONNX Runtime, its telemetry off: from 1.29 on it tells its maker of every session unless it is told not to
    before it is loaded (PR 27379 of microsoft/onnxruntime)."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def _graph(folder: Path, shapes: Mapping[str, Sequence[int]]) -> bytes:
    """Return the graph, kept from an earlier run where there is one."""

    def make() -> bytes:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        return bert_graph(
            shapes,
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            epsilon=config["layer_norm_eps"],
        )

    return prepared(f"minilm-{GRAPH_VERSION}", ".onnx", make)
