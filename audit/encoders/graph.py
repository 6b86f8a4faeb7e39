"""BERT as an ONNX graph without weights: those are handed to the session from the model's own file.

Devlin et al. 2019 (https://aclanthology.org/N19-1423), with mean pooling over all tokens as in Sentence-BERT
(Reimers and Gurevych 2019, https://aclanthology.org/D19-1410). The operators of the domain ``com.microsoft`` are ONNX
Runtime's fused ones; they keep the arithmetic of the original, in float32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audit.encoders.weights import POSITIONS, SEGMENTS

__all__ = ["GRAPH_VERSION", "bert_graph", "cross_graph"]

GRAPH_VERSION = 3
"""Raised when the graph changes, so that one kept from before is not used."""

_FUSED = "com.microsoft"


class _Graph:
    """A graph that grows; ``shapes``: of the weights by their names."""

    def __init__(self, shapes: Mapping[str, Sequence[int]], heads: int, epsilon: float) -> None:
        self._shapes, self._heads, self._epsilon = shapes, heads, epsilon
        self._nodes: list[Any] = []
        self._used: dict[str, Any] = {}

    def weight(self, name: str) -> str:
        from onnx import TensorProto

        if name not in self._used:
            tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=list(self._shapes[name]))
            tensor.data_location = TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value="weights")
            self._used[name] = tensor
        return name

    def constant(self, name: str, values: Sequence[int]) -> str:
        import numpy as np
        from onnx import numpy_helper

        self._used[name] = numpy_helper.from_array(np.array(values), name)
        return name

    def add(self, operator: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        # EmbedLayerNormalization has to have its second output.
        outputs = [output, f"{output}_mask"] if operator == "EmbedLayerNormalization" else [output]
        self._nodes.append(helper.make_node(operator, list(inputs), outputs, domain=domain, **attributes))
        return output

    def embedded(self, output: str, sides: str = "") -> str:
        """Look up ``ids``; with ``sides`` (0 or 1 a token) the vectors of the segments are added too."""
        norm = "embeddings.LayerNorm"
        segments = self.weight(SEGMENTS) if sides else ""
        inputs = ["ids", sides, self.weight("embeddings.word_embeddings.weight"), self.weight(POSITIONS), segments]
        inputs += [self.weight(f"{norm}.weight"), self.weight(f"{norm}.bias")]
        return self.add("EmbedLayerNormalization", inputs, output, _FUSED, epsilon=self._epsilon)

    def layer(self, x: str, number: int, output: str, related: str = "") -> str:
        """One transformer layer; ``related`` (b, heads, s, s) is added to what tokens have for each other."""
        layer = f"encoder.layer.{number}"
        parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        projected = [self._linear(x, part, f"{part}.out") for part in parts]
        bias = self.add("Concat", [self.weight(f"{part}.bias") for part in parts], f"{layer}.attention.bias", axis=0)
        inputs = [*projected, bias, "mask", *([related] if related else [])]
        attended = self.add("MultiHeadAttention", inputs, f"{layer}.attended", _FUSED, num_heads=self._heads)
        mixed = self._linear(attended, f"{layer}.attention.output.dense", f"{layer}.mixed")
        y = self._residual(x, f"{layer}.attention.output", mixed, f"{layer}.normed")
        wide = self._linear(y, f"{layer}.intermediate.dense", f"{layer}.wide")
        active = self.add(
            "BiasGelu", [wide, self.weight(f"{layer}.intermediate.dense.bias")], f"{layer}.active", _FUSED
        )
        narrow = self._linear(active, f"{layer}.output.dense", f"{layer}.narrow")
        return self._residual(y, f"{layer}.output", narrow, output)

    def _linear(self, source: str, layer: str, output: str) -> str:
        return self.add("FusedMatMul", [source, self.weight(f"{layer}.weight")], output, _FUSED, transB=1)

    def _residual(self, source: str, layer: str, change: str, output: str) -> str:
        # SkipLayerNormalization does the same in one operator and takes twice as long.
        changed = self.add("Add", [change, self.weight(f"{layer}.dense.bias")], f"{output}.change")
        total = self.add("Add", [source, changed], f"{output}.sum")
        norm = f"{layer}.LayerNorm"
        inputs = [total, self.weight(f"{norm}.weight"), self.weight(f"{norm}.bias")]
        return self.add("LayerNormalization", inputs, output, axis=-1, epsilon=self._epsilon)

    def serialised(self, name: str, inputs: Mapping[str, Sequence[Any]], outputs: Mapping[str, Sequence[Any]]) -> bytes:
        """Return the graph; ``ids``, ``sides`` and ``mask`` are int32, all else float32."""
        from onnx import TensorProto, helper

        def value(key: str, shape: Sequence[Any]) -> Any:
            kind = TensorProto.INT32 if key in ("ids", "sides", "mask") else TensorProto.FLOAT
            return helper.make_tensor_value_info(key, kind, list(shape))

        given, made_of_it = ([value(key, shape) for key, shape in these.items()] for these in (inputs, outputs))
        graph = helper.make_graph(self._nodes, name, given, made_of_it, list(self._used.values()))
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_FUSED, 1)]
        made: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
        return made


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
    from onnx import TensorProto

    graph = _Graph(shapes, heads, epsilon)
    x = graph.embedded("embedded")
    for number in range(layers):
        x = graph.layer(x, number, "hidden" if number == layers - 1 else f"encoder.layer.{number}.out")
    graph.add("Cast", ["mask"], "token_weights", to=TensorProto.FLOAT)
    axis = graph.constant("axis", [1])
    graph.add("Unsqueeze", ["token_weights", axis], "weight_rows")
    # A sum as a product of matrices: each text for itself, so that no text's rounding depends on its batch.
    graph.add("MatMul", ["weight_rows", x], "sum_rows")
    graph.add("Squeeze", ["sum_rows", axis], "pooled")
    width = shapes["embeddings.word_embeddings.weight"][1]
    return graph.serialised(
        "bert", dict.fromkeys(("ids", "mask"), ("b", "s")), {"pooled": ("b", width), "hidden": ("b", "s", width)}
    )


def cross_graph(shapes: Mapping[str, Sequence[int]], *, layers: int, heads: int, epsilon: float) -> bytes:
    """Return the serialised graph of the cross-encoder of ``audit.encoders.cross``.

    Inputs beside those of ``bert_graph``: ``sides`` int32 (b, s), 0 for the hypothesis and 1 for the reference;
    ``vectors`` float32 (b, s, d), of the tokens as the encoder has them; ``traits`` float32 (b, s, t), of each token;
    ``relations`` float32 (b, r, s, s), between tokens. Output, float32 (b, s, d): ``hidden``.
    """
    graph = _Graph(shapes, heads, epsilon)
    graph.embedded("looked_up", "sides")
    graph.add("MatMul", ["vectors", graph.weight("cross.vectors")], "known")
    graph.add("MatMul", ["traits", graph.weight("cross.traits")], "seen")
    graph.add("Add", ["known", "seen"], "more")
    x = graph.add("Add", ["looked_up", "more"], "embedded")
    for number in range(layers):
        related = graph.add("Conv", ["relations", graph.weight(f"cross.relations.{number}")], f"related.{number}")
        x = graph.layer(x, number, "hidden" if number == layers - 1 else f"encoder.layer.{number}.out", related)
    width, traits = shapes["cross.traits"][1], shapes["cross.traits"][0]
    relations = shapes["cross.relations.0"][1]
    inputs = {
        **dict.fromkeys(("ids", "sides", "mask"), ("b", "s")), "vectors": ("b", "s", width),
        "traits": ("b", "s", traits), "relations": ("b", relations, "s", "s"),
    }  # fmt: skip
    return graph.serialised("cross", inputs, {"hidden": ("b", "s", width)})
