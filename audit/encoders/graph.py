"""The BERT encoder as an ONNX graph without weights: those are handed to the session from the model's own file.

Devlin et al. 2019 (https://aclanthology.org/N19-1423), with mean pooling over all tokens as in Sentence-BERT
(Reimers and Gurevych 2019, https://aclanthology.org/D19-1410). The operators of the domain ``com.microsoft`` are ONNX
Runtime's fused ones; they keep the arithmetic of the original, in float32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audit.encoders.weights import POSITIONS

__all__ = ["GRAPH_VERSION", "bert_graph"]

GRAPH_VERSION = 2
"""Raised when the graph changes, so that one kept from before is not used."""

_FUSED = "com.microsoft"


def bert_graph(shapes: Mapping[str, Sequence[int]], *, layers: int, heads: int, epsilon: float) -> bytes:
    """Return the serialised graph of a BERT encoder.

    Args:
        shapes: of the weights by their names in the model's file, and of `POSITIONS`.
        layers: number of transformer layers.
        heads: attention heads a layer.
        epsilon: of the layer normalisations.

    Inputs, int32 (b, s): ``ids`` and ``mask`` (1 for tokens, 0 for padding). Outputs, float32: ``pooled`` (b, d), the
    sum of the vectors of a text's tokens, which has the direction of their mean, and ``hidden`` (b, s, d), the last
    layer's.
    """
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    nodes: list[Any] = []
    used: dict[str, Any] = {}

    def weight(name: str) -> str:
        if name not in used:
            tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=list(shapes[name]))
            tensor.data_location = TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value="weights")
            used[name] = tensor
        return name

    def add(operator: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: Any) -> str:
        # EmbedLayerNormalization has to have its second output.
        outputs = [output, f"{output}_mask"] if operator == "EmbedLayerNormalization" else [output]
        nodes.append(helper.make_node(operator, list(inputs), outputs, domain=domain, **attributes))
        return output

    def linear(source: str, layer: str, output: str) -> str:
        return add("FusedMatMul", [source, weight(f"{layer}.weight")], output, _FUSED, transB=1)

    def residual(source: str, layer: str, change: str, output: str) -> str:
        # SkipLayerNormalization does the same in one operator and takes twice as long.
        changed = add("Add", [change, weight(f"{layer}.dense.bias")], f"{output}.change")
        total = add("Add", [source, changed], f"{output}.sum")
        norm = f"{layer}.LayerNorm"
        inputs = [total, weight(f"{norm}.weight"), weight(f"{norm}.bias")]
        return add("LayerNormalization", inputs, output, axis=-1, epsilon=epsilon)

    words, norm = weight("embeddings.word_embeddings.weight"), "embeddings.LayerNorm"
    inputs = ["ids", "", words, weight(POSITIONS), "", weight(f"{norm}.weight"), weight(f"{norm}.bias")]
    x = add("EmbedLayerNormalization", inputs, "embedded", _FUSED, epsilon=epsilon)
    for number in range(layers):
        layer = f"encoder.layer.{number}"
        parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        projected = [linear(x, part, f"{part}.out") for part in parts]
        bias = add("Concat", [weight(f"{part}.bias") for part in parts], f"{layer}.attention.bias", axis=0)
        attended = add(
            "MultiHeadAttention", [*projected, bias, "mask"], f"{layer}.attended", _FUSED, num_heads=heads
        )  # fmt: skip
        mixed = linear(attended, f"{layer}.attention.output.dense", f"{layer}.mixed")
        y = residual(x, f"{layer}.attention.output", mixed, f"{layer}.normed")
        wide = linear(y, f"{layer}.intermediate.dense", f"{layer}.wide")
        active = add("BiasGelu", [wide, weight(f"{layer}.intermediate.dense.bias")], f"{layer}.active", _FUSED)
        narrow = linear(active, f"{layer}.output.dense", f"{layer}.narrow")
        last = number == layers - 1
        x = residual(y, f"{layer}.output", narrow, "hidden" if last else f"{layer}.out")
    add("Cast", ["mask"], "token_weights", to=TensorProto.FLOAT)
    add("Unsqueeze", ["token_weights", "axis"], "weight_rows")
    # A sum as a product of matrices: each text for itself, so that no text's rounding depends on its batch.
    add("MatMul", ["weight_rows", x], "sum_rows")
    add("Squeeze", ["sum_rows", "axis"], "pooled")
    axis = numpy_helper.from_array(np.array([1]), "axis")
    width = shapes[words][1]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "bert",
        [value(name, TensorProto.INT32, ["b", "s"]) for name in ("ids", "mask")],
        [value("pooled", TensorProto.FLOAT, ["b", width]), value("hidden", TensorProto.FLOAT, ["b", "s", width])],
        [*used.values(), axis],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_FUSED, 1)]
    serialised: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    return serialised
