"""The bundled model in bfloat16 on OpenVINO, for processors that multiply matrices in it (AMX, AVX-512 BF16).

bfloat16 keeps 8 of float32's 24 significant bits; sums are kept in float32. Vectors differ from those of float32 by
about .0001 of cosine at most, and a text has the same in any batch. What that costs: tests/benchmarks/encoders.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.embeddings import Floats
from audit.encoders.weights import POSITIONS, bert_weights
from audit.errors import ModelError
from audit.extras import openvino_module

__all__ = ["BfloatModel"]


class BfloatModel:
    """A compiled model that computes one batch at a time, on all threads.

    Raises:
        MissingExtraError: OpenVINO is not installed.
        ModelError: this processor does not compute in bfloat16.
    """

    batch_tokens = 2048

    def __init__(self, folder: Path, threads: int) -> None:
        openvino = openvino_module()
        options = {
            "INFERENCE_PRECISION_HINT": "bf16",
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            # Threads bound to cores would share them with those of other processes.
            "ENABLE_CPU_PINNING": False,
        }
        compiled = openvino.Core().compile_model(_bert(openvino, folder), "CPU", options)
        if compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name() != "bf16":
            raise ModelError("this processor does not compute in bfloat16; leave out --precision")
        self._request = compiled.create_infer_request()
        # Two Python threads in OpenVINO can wait for each other for ever: one for its lock, one for Python's.
        self._alone = Lock()

    def run(self, ids: NDArray[Any], mask: NDArray[Any], *, tokens: bool) -> tuple[Floats, Floats | None]:
        """Embed a batch of int32 (b, s): sums of the tokens' vectors, (b, d), and these (b, s, d) where asked for."""
        with self._alone:
            hidden: Floats = self._request.infer({"ids": ids, "mask": mask})[0].copy()
        pooled = np.matmul(mask[:, None, :].astype(np.float32), hidden)[:, 0]
        return pooled, hidden if tokens else None


def _bert(openvino: Any, folder: Path) -> Any:
    """Return the encoder (Devlin et al. 2019, https://aclanthology.org/N19-1423) as a graph of OpenVINO.

    Inputs, int32 (b, s): ``ids`` and ``mask`` (1 for tokens, 0 for padding). Output, float32 (b, s, d): the last layer.
    """
    ops = openvino.opset13
    config = json.loads((folder / "config.json").read_text("utf-8"))
    weights = {name: np.ascontiguousarray(array) for name, array in bert_weights(folder).items()}
    heads, epsilon = config["num_attention_heads"], config["layer_norm_eps"]
    width = config["hidden_size"] // heads
    split = np.array([0, 0, heads, width])
    last = np.array([-1])

    def normed(x: Any, layer: str) -> Any:
        scaled = ops.mvn(x, last, normalize_variance=True, eps=epsilon, eps_mode="inside_sqrt")
        return ops.add(ops.multiply(scaled, weights[f"{layer}.weight"]), weights[f"{layer}.bias"])

    def linear(x: Any, layer: str) -> Any:
        return ops.add(ops.matmul(x, weights[f"{layer}.weight"], False, True), weights[f"{layer}.bias"])

    def by_head(x: Any) -> Any:
        return ops.transpose(ops.reshape(x, split, special_zero=True), np.array([0, 2, 1, 3]))

    ids = ops.parameter([-1, -1], np.int32, name="ids")
    mask = ops.parameter([-1, -1], np.int32, name="mask")
    length = ops.gather(ops.shape_of(ids), np.array(1), np.array(0))
    places = ops.range(np.array(0), length, np.array(1), "i64")
    words = ops.gather(weights["embeddings.word_embeddings.weight"], ids, np.array(0))
    x = ops.add(words, ops.gather(weights[POSITIONS], places, np.array(0)))
    x = normed(x, "embeddings.LayerNorm")
    absent = ops.subtract(np.float32(1), ops.convert(mask, "f32"))
    absent = ops.multiply(ops.unsqueeze(absent, np.array([1, 2])), np.float32(-1e4))
    for number in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{number}"
        parts = [by_head(linear(x, f"{layer}.attention.self.{part}")) for part in ("query", "key", "value")]
        seen = ops.transpose(ops.scaled_dot_product_attention(*parts, absent), np.array([0, 2, 1, 3]))
        mixed = ops.reshape(seen, np.array([0, 0, heads * width]), special_zero=True)
        x = normed(ops.add(x, linear(mixed, f"{layer}.attention.output.dense")), f"{layer}.attention.output.LayerNorm")
        wide = ops.gelu(linear(x, f"{layer}.intermediate.dense"), "erf")
        x = normed(ops.add(x, linear(wide, f"{layer}.output.dense")), f"{layer}.output.LayerNorm")
    return openvino.Model([x], [ids, mask], "bert")
