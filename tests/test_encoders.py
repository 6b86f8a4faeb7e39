"""Encoders: the light path answers to sentence-transformers, and a model that cannot be used is said to be so."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from audit.embeddings import Embeddings, Encoder
from audit.encoders import load_encoder
from audit.encoders.minilm import MiniLM, bundled_folder
from audit.errors import InputError, MissingExtraError, ModelError
from audit.extras import openvino_module
from audit.settings import Settings

WORDS = [
    "the",
    "plan",
    "of",
    "a",
    "minister",
    "who",
    "spoke",
    "in",
    "$3.5bn",
    "“naïve”,",
    "Zürich’s",
    "said",
    "Jan.",
    "30",
]
ODD = ["", " ", "a", "Hello 😀 “wörld” 他说 x", "x " * 5000, "a" * 300, "He left.\u00a0\u200b", "ﬁne ½ ①", "قال الرئيس"]


def sentences(number: int) -> list[str]:
    """Sentences of 1 to 39 words, the same in every run."""
    random = np.random.default_rng(0)
    return [" ".join(random.choice(WORDS, size=random.integers(1, 40))) for _ in range(number)]


@pytest.fixture(scope="module")
def oracle() -> Encoder:
    """The bundled model through sentence-transformers; one thread, for two wait for each other on a busy machine."""
    import torch

    torch.set_num_threads(1)
    return load_encoder(Settings(model=str(bundled_folder())))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of this test alone."""
    monkeypatch.setenv("AUDIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A copy of the bundled model, to be damaged."""
    return Path(shutil.copytree(bundled_folder(), tmp_path / "model"))


def same(first: Embeddings, second: Embeddings) -> bool:
    """Whether two results are equal to the last bit."""
    tokens = zip(first.tokens, second.tokens, strict=True)
    return (
        np.array_equal(first.vectors, second.vectors)
        and np.array_equal(first.truncated, second.truncated)
        and all(np.array_equal(a.vectors, b.vectors) and np.array_equal(a.offsets, b.offsets) for a, b in tokens)
    )


def test_the_light_path_gives_the_vectors_of_sentence_transformers(encoder: Encoder, oracle: Encoder) -> None:
    texts = sentences(200) + ODD
    ours, theirs = encoder.encode(texts, tokens=True), oracle.encode(texts, tokens=True)
    assert (ours.vectors * theirs.vectors).sum(axis=1).min() >= 0.9999
    assert np.array_equal(ours.truncated, theirs.truncated)
    for mine, other in zip(ours.tokens, theirs.tokens, strict=True):
        assert np.array_equal(mine.offsets, other.offsets)
        assert mine.vectors.shape == other.vectors.shape == (len(mine.offsets), 384)
        assert ((mine.vectors * other.vectors).sum(axis=1) >= 0.9999).all()


def test_the_light_path_on_real_sentences(encoder: Encoder, oracle: Encoder, shared: Path) -> None:
    lines = [line for path in sorted((shared / "seeds").glob("*.txt")) for line in path.read_text("utf-8").splitlines()]
    lines = lines[::3]
    assert (encoder.encode(lines).vectors * oracle.encode(lines).vectors).sum(axis=1).min() >= 0.9999


def test_shapes_and_lengths(encoder: Encoder) -> None:
    texts = sentences(20) + ODD
    found = encoder.encode(texts, tokens=True)
    assert found.vectors.shape == (len(texts), encoder.dimension)
    assert found.vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)
    assert found.truncated.dtype == np.bool_
    for text, tokens in zip(texts, found.tokens, strict=True):
        assert tokens.vectors.dtype == np.float32
        assert tokens.offsets.dtype == np.int32
        assert np.allclose(np.linalg.norm(tokens.vectors, axis=1), 1, atol=1e-4)
        assert ((tokens.offsets >= 0) & (tokens.offsets <= len(text))).all()
        assert (tokens.offsets[:, 0] <= tokens.offsets[:, 1]).all()


def test_offsets_name_the_tokens(encoder: Encoder) -> None:
    text = "😀 Zürich’s plan"
    (tokens,) = encoder.encode([text], tokens=True).tokens
    assert [text[start:end] for start, end in tokens.offsets] == ["😀", "Zürich", "’", "s", "plan"]


def test_no_texts(encoder: Encoder, oracle: Encoder) -> None:
    for each in (encoder, oracle):
        found = each.encode([], tokens=True)
        assert found.vectors.shape == (0, 384)
        assert found.truncated.shape == (0,)
        assert found.tokens == ()


def test_what_is_cut_is_flagged(encoder: Encoder) -> None:
    """254 words of one token fill the model's 256 places."""
    found = encoder.encode(["plan " * 254, "plan " * 255], tokens=True)
    assert found.truncated.tolist() == [False, True]
    assert [len(tokens.offsets) for tokens in found.tokens] == [254, 254]
    assert np.array_equal(found.vectors[0], found.vectors[1])


def test_a_text_has_the_same_vectors_in_any_batch(encoder: Encoder) -> None:
    texts = sentences(30) + ODD
    together = encoder.encode(texts, tokens=True)
    alone = [encoder.encode([text], tokens=True) for text in texts]
    assert same(
        together,
        Embeddings(
            np.concatenate([each.vectors for each in alone]),
            np.concatenate([each.truncated for each in alone]),
            tuple(each.tokens[0] for each in alone),
        ),
    )
    assert same(together, MiniLM(threads=3).encode(texts, tokens=True))
    assert np.array_equal(together.vectors, encoder.encode(texts).vectors)


def test_bfloat16_is_near_and_the_same_in_any_batch(encoder: Encoder) -> None:
    texts = sentences(60) + ODD
    if "BF16" not in openvino_module().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        with pytest.raises(ModelError, match="this processor does not compute in bfloat16; leave out --precision"):
            MiniLM(precision="bfloat16").encode(texts)
        return
    ours, theirs = MiniLM(precision="bfloat16").encode(texts, tokens=True), encoder.encode(texts, tokens=True)
    assert (ours.vectors * theirs.vectors).sum(axis=1).min() >= 0.9999
    for mine, other in zip(ours.tokens, theirs.tokens, strict=True):
        assert np.array_equal(mine.offsets, other.offsets)
        assert ((mine.vectors * other.vectors).sum(axis=1) >= 0.999).all()
    halves = [
        MiniLM(precision="bfloat16", threads=threads).encode(part, tokens=True)
        for threads, part in ((3, texts[:30]), (1, texts[30:]))
    ]
    assert same(
        ours,
        Embeddings(
            np.concatenate([half.vectors for half in halves]),
            np.concatenate([half.truncated for half in halves]),
            halves[0].tokens + halves[1].tokens,
        ),
    )


def test_the_precision_is_in_the_name_so_that_the_cache_keeps_them_apart(encoder: Encoder) -> None:
    other = load_encoder(Settings(precision="bfloat16"))
    assert other.name == "all-MiniLM-L6-v2-bfloat16"
    assert (other.digest, other.dimension) == (encoder.digest, encoder.dimension)


def test_bfloat16_says_which_package_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtraError, match=r"--precision bfloat16 needs .*pip install 'mt-audit\[bfloat16\]'"):
        load_encoder(Settings(precision="bfloat16")).encode(["One plan."])


def test_repeated_texts_keep_their_places(encoder: Encoder) -> None:
    found = encoder.encode(["One plan.", "Two plans.", "One plan."], tokens=True)
    assert np.array_equal(found.vectors[0], found.vectors[2])
    assert not np.array_equal(found.vectors[0], found.vectors[1])
    assert len(found.tokens) == 3


def test_half_a_surrogate_pair_is_refused(encoder: Encoder) -> None:
    with pytest.raises(InputError, match="half of a surrogate pair"):
        encoder.encode(["fine", "not \ud800 fine"])


def test_the_model_is_named(encoder: Encoder) -> None:
    assert encoder.name == "all-MiniLM-L6-v2"
    assert encoder.digest == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    assert (encoder.dimension, encoder.max_tokens) == (384, 256)


def test_no_heavy_library_on_the_light_path() -> None:
    program = (
        "import sys; from audit.encoders import load_encoder; from audit.settings import Settings;"
        "load_encoder(Settings()).encode(['One plan.'], tokens=True);"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_graph_is_kept_and_made_again_when_damaged(cache: Path) -> None:
    expected = MiniLM().encode(["One plan."])
    (graph,) = cache.glob("minilm-*.onnx")
    content = graph.read_bytes()
    graph.write_bytes(content[:-9])
    assert same(MiniLM().encode(["One plan."]), expected)
    assert content in [path.read_bytes() for path in cache.glob("minilm-*.onnx")]


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("AUDIT_CACHE", str(tmp_path / "file"))
    assert MiniLM().encode(["One plan."]).vectors.shape == (1, 384)


def test_a_damaged_ledger_of_hashes_is_made_again(cache: Path) -> None:
    cache.mkdir()
    (cache / "digests.json").write_text("[broken")
    MiniLM()
    known = json.loads((cache / "digests.json").read_text())
    assert "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db" in known.values()


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_damaged_bundled_model_is_refused(damaged: Path, name: str) -> None:
    MiniLM(damaged)
    with (damaged / name).open("r+b") as stream:
        stream.seek(1000)
        stream.write(b"!")
    with pytest.raises(ModelError, match=r"damaged.*pip install --force-reinstall"):
        MiniLM(damaged)
    (damaged / name).unlink()
    with pytest.raises(ModelError, match=r"incomplete.*pip install"):
        MiniLM(damaged)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("/no/such/folder", "there is no model folder"),
        ("./nothing", "there is no model folder"),
        ("two words", "there is no model folder"),
        ("no-such-model", "is not on this machine.*\n.*--download"),
        ("nobody/no-such-model", "is not on this machine.*\n.*--download"),
    ],
)
def test_a_model_that_does_not_exist(model: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match=message):
        load_encoder(Settings(model=model))


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no model"):
        load_encoder(Settings(model=str(tmp_path)))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="no weights in safetensors"):
        load_encoder(Settings(model=str(tmp_path)))


def test_pickled_weights_are_refused(damaged: Path) -> None:
    (damaged / "model.safetensors").rename(damaged / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pytorch_model\.bin.*can run code"):
        load_encoder(Settings(model=str(damaged)))


def test_code_that_comes_with_a_model_is_not_run(damaged: Path) -> None:
    modules = json.loads((damaged / "modules.json").read_text())
    modules[0]["type"] = "evil.Module"
    (damaged / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelError, match=r"code of its own \(evil\.Module\)"):
        load_encoder(Settings(model=str(damaged)))


def test_a_model_that_cannot_be_loaded(damaged: Path) -> None:
    (damaged / "model.safetensors").write_bytes(b"broken")
    encoder = load_encoder(Settings(model=str(damaged)))
    with pytest.raises(ModelError, match="cannot be loaded"):
        encoder.encode(["One plan."])


def test_another_model_is_told_apart_by_its_files(damaged: Path) -> None:
    first = load_encoder(Settings(model=str(damaged))).digest
    (damaged / "sentence_bert_config.json").write_text('{"max_seq_length": 16, "do_lower_case": false}')
    second = load_encoder(Settings(model=str(damaged)))
    assert second.digest != first
    assert second.max_tokens == 16
