"""Any other model through sentence-transformers, from this machine unless a download is asked for.

Loading that library takes seconds, so it is put off until there is something to embed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.embeddings import Embeddings, Floats, TokenVectors
from audit.encoders.arrays import token_vectors, unit_rows
from audit.encoders.weights import known_digest
from audit.errors import ModelError
from audit.settings import BUNDLED
from audit.untrusted import parse_json, read_bytes

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["SentenceTransformerEncoder"]

_ORGANISATION = "sentence-transformers"
_FILES = ["*.json", "*.txt", "*.model", "*.safetensors", "*.vocab"]
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")
_NOT_LOADED = frozenset({"training_args.bin", "optimizer.pt", "scheduler.pt"})
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?")
_BATCH = 32
_MAX_LIST_BYTES = 1 << 20
_ENDLESS = 2**31 - 1


class SentenceTransformerEncoder:
    """A sentence-transformers model by name or folder. Implements `audit.embeddings.Encoder`.

    Args:
        model: a folder, or a name of the Hugging Face hub.
        download: fetch it from there when it is not on this machine.

    Raises:
        ModelError: the model is not there, has no safetensors weights, or brings code of its own.
    """

    def __init__(self, model: str, *, download: bool = False) -> None:
        self._name = model
        self._folder = _folder(model, download)
        self._digest = _digest(model, self._folder)

    @property
    def name(self) -> str:
        """The model's name as it was given."""
        return self._name

    @property
    def digest(self) -> str:
        """The sha256 of the sha256 of its files, weights and settings, in the order of their paths."""
        return self._digest

    @cached_property
    def dimension(self) -> int:
        """The length of its vectors."""
        return int(self._encode(["."]).shape[1])

    @property
    def max_tokens(self) -> int:
        """The longest input it reads, special tokens included."""
        return int(self._model.max_seq_length or _ENDLESS)

    def encode(self, texts: Sequence[str], *, tokens: bool = False) -> Embeddings:
        """Embed ``texts``, each distinct one once; see `audit.embeddings.Encoder`.

        Raises:
            ModelError: the model cannot be loaded, or has no vectors of tokens.
        """
        places: dict[str, int] = {}
        rows = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.intp)
        distinct = list(places)
        if not distinct:
            return Embeddings(np.empty((0, self.dimension), np.float32), np.empty(0, np.bool_))
        lengths = [len(ids) for ids in self._model.tokenizer(distinct, verbose=False)["input_ids"]]
        truncated = np.array(lengths) > self.max_tokens
        if not tokens:
            return Embeddings(self._encode(distinct)[rows], truncated[rows])
        vectors, found = self._encode_tokens(distinct)
        return Embeddings(vectors[rows], truncated[rows], tuple(found[i] for i in rows))

    def _encode(self, texts: list[str]) -> Floats:
        found = self._model.encode(texts, batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True)
        return unit_rows(np.asarray(found, np.float32))

    def _encode_tokens(self, texts: list[str]) -> tuple[Floats, list[TokenVectors]]:
        entries: Any = self._model.encode(texts, batch_size=_BATCH, show_progress_bar=False, output_value=None)
        if "token_embeddings" not in entries[0] or not self._model.tokenizer.is_fast:
            raise ModelError(
                f"the model {self._name} has no vectors of single tokens, which scores need; choose another"
            )
        found = []
        for text, entry in zip(texts, entries, strict=True):
            mask = entry["attention_mask"].bool()
            hidden = entry["token_embeddings"][mask].float().cpu().numpy()
            read = self._model.tokenizer(
                text, truncation=True, max_length=self.max_tokens, return_offsets_mapping=True, verbose=False,
                return_special_tokens_mask=True,
            )  # fmt: skip
            inner = [i for i, special in enumerate(read["special_tokens_mask"]) if not special]
            found.append(token_vectors(hidden[inner], [read["offset_mapping"][i] for i in inner]))
        sentences = np.stack([entry["sentence_embedding"].float().cpu().numpy() for entry in entries])
        return unit_rows(sentences), found

    @cached_property
    def _model(self) -> SentenceTransformer:
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        shown = logging.is_progress_bar_enabled()
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(
                str(self._folder),
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError, KeyError, RuntimeError, ImportError, AttributeError, SafetensorError) as error:
            raise ModelError(f"the model {self._name} cannot be loaded: {_first_line(error)}") from error
        finally:
            if shown:
                logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _folder(model: str, download: bool) -> Path:
    path = Path(model).expanduser()
    if path.is_dir():
        if not any((path / name).is_file() for name in ("modules.json", "config.json")):
            raise ModelError(f"the folder {model} holds no model: there is no modules.json or config.json in it")
        return path
    if path.exists() or not _HUB_NAME.fullmatch(model):
        raise ModelError(f"there is no model folder {model}; name one, or leave it out for the {BUNDLED} model")
    return _from_hub(model, download)


def _from_hub(model: str, download: bool) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    name = model if "/" in model else f"{_ORGANISATION}/{model}"
    try:
        return Path(snapshot_download(name, local_files_only=not download, allow_patterns=_FILES))
    except LocalEntryNotFoundError as error:
        if download:
            raise ModelError(f"the model {model} could not be fetched: {_first_line(error)}") from None
        raise ModelError(
            f"the model {model} is not on this machine, and nothing is fetched unasked: name a folder that holds it,\n"
            f"allow the download with --download, or leave --model out for the {BUNDLED} one"
        ) from None
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise ModelError(f"the model {model} could not be fetched: {_first_line(error)}") from None


def _digest(model: str, folder: Path) -> str:
    """Return the digest of the weights, once it is known that loading them runs no code."""
    weights = sorted(folder.rglob("*.safetensors"))
    safe = {path.parent for path in weights}
    pickles = [path for pattern in _PICKLES for path in folder.rglob(pattern) if path.name not in _NOT_LOADED]
    unsafe = sorted(path.relative_to(folder) for path in pickles if path.parent not in safe)
    if unsafe:
        raise ModelError(
            f"the model {model} keeps weights as a pickle ({unsafe[0]}), which can run code; use safetensors"
        )
    if not weights:
        raise ModelError(f"the folder {folder} holds no model: no weights in safetensors files are in it")
    try:
        listed = folder / "modules.json"
        modules = parse_json(read_bytes(listed, _MAX_LIST_BYTES)) if listed.exists() else []
        foreign = [module["type"] for module in modules if not module["type"].startswith("sentence_transformers.")]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(f"the model {model} is damaged: modules.json cannot be read ({_first_line(error)})") from None
    if listed.exists() and not modules:
        raise ModelError(f"the model {model} is damaged: its modules.json names no module")
    if foreign:
        raise ModelError(f"the model {model} brings code of its own ({foreign[0]}), which is not run; choose another")
    read = sorted({path for pattern in _FILES for path in folder.rglob(pattern) if path.is_file()})
    return sha256("".join(known_digest(path) for path in read).encode()).hexdigest()
