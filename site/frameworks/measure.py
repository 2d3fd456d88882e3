"""Asks the Python frameworks the questions of questions.json and prints their answers as JSON.

Values and gradients are float64 where a framework has that, float32 where it does not; ./build.sh site --frameworks runs this.
"""

import json
import math
import sys

import numpy as np

QUESTIONS = json.load(open(sys.argv[1], encoding="utf8"))


def text(value, minus=0.0):
    """A number or a row of them, as JavaScript would print it to six digits."""
    values = np.atleast_1d(np.asarray(value))
    kind = values.dtype

    def one(number):
        number = float(number) - minus
        if math.isnan(number):
            return "NaN"
        if math.isinf(number):
            return "∞" if number > 0 else "-∞"
        if number == 0:
            return "-0" if math.copysign(1, number) < 0 else "0"
        return f"{number:.6g}".replace("e-0", "e-").replace("e+", "e")

    shown = ", ".join(one(number) for number in values.ravel())
    return f"{shown} (float32)" if kind == np.float32 else shown


def numbers(question, name="x"):
    x = question[name]
    to_float = lambda s: float(s.replace("Infinity", "inf"))
    return [to_float(s) for s in x] if isinstance(x, list) else to_float(x)


class PyTorch:
    def __init__(self):
        import torch
        import torch.nn.functional as F

        self.torch, self.version = torch, torch.__version__.split("+")[0]
        self.functions = {
            "relu": F.relu, "lrelu": F.leaky_relu, "elu": F.elu, "sigmoid": torch.sigmoid, "tanh": torch.tanh,
            "softmax": lambda x: F.softmax(x, dim=-1), "silu": F.silu, "gelu": F.gelu, "softplus": F.softplus,
            "logSigmoid": F.logsigmoid, "mish": F.mish, "hardSigmoid": F.hardsigmoid, "hardTanh": F.hardtanh, "relu6": F.relu6,
            "hardSwish": F.hardswish, "hardShrink": F.hardshrink, "celu": F.celu,
        }

    def ask(self, f, question):
        x = self.torch.tensor(numbers(question), dtype=self.torch.float64, requires_grad=True)
        y = f(x, **question.get("options", {}))
        if question["operation"] == "value":
            return y.detach().numpy()
        dy = self.torch.tensor(numbers(question, "dy"), dtype=self.torch.float64) if "dy" in question else self.torch.ones_like(y)
        return self.torch.autograd.grad(y, x, dy)[0].numpy()


class Jax:
    def __init__(self):
        import jax

        jax.config.update("jax_enable_x64", True)
        nn = jax.nn
        self.jax, self.version = jax, jax.__version__
        self.functions = {
            "relu": nn.relu, "lrelu": nn.leaky_relu, "elu": nn.elu, "sigmoid": nn.sigmoid, "tanh": jax.numpy.tanh,
            "softmax": nn.softmax, "silu": nn.silu, "gelu": nn.gelu, "softplus": nn.softplus, "logSigmoid": nn.log_sigmoid,
            "mish": nn.mish, "hardSigmoid": nn.hard_sigmoid, "hardTanh": nn.hard_tanh, "relu6": nn.relu6, "hardSwish": nn.hard_swish,
            "celu": nn.celu,
        }

    def ask(self, f, question):
        x = self.jax.numpy.asarray(numbers(question), dtype="float64")
        y, back = self.jax.vjp(lambda value: f(value, **question.get("options", {})), x)
        if question["operation"] == "value":
            return np.asarray(y)
        dy = self.jax.numpy.asarray(numbers(question, "dy") if "dy" in question else np.ones_like(y), dtype="float64")
        return np.asarray(back(dy)[0])


class Keras:
    """On TensorFlow, its default."""

    def __init__(self):
        import keras
        import tensorflow as tf

        a = keras.activations
        self.tf, self.version = tf, f"{keras.__version__}, TensorFlow {tf.__version__}"
        self.functions = {
            "relu": a.relu, "lrelu": a.leaky_relu, "elu": a.elu, "sigmoid": a.sigmoid, "tanh": a.tanh,
            # Its softmax wants two dimensions.
            "softmax": lambda x: a.softmax(x[None])[0], "silu": a.silu, "gelu": a.gelu, "softplus": a.softplus,
            "logSigmoid": a.log_sigmoid, "mish": a.mish, "hardSigmoid": a.hard_sigmoid, "hardTanh": a.hard_tanh, "relu6": a.relu6,
            "hardSwish": a.hard_swish, "hardShrink": a.hard_shrink, "celu": a.celu,
        }

    def ask(self, f, question):
        x = self.tf.constant(numbers(question), dtype="float64")
        with self.tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x, **question.get("options", {}))
        if question["operation"] == "value":
            return np.asarray(y)
        dy = self.tf.constant(numbers(question, "dy"), dtype="float64") if "dy" in question else None
        return np.asarray(tape.gradient(y, x, output_gradients=dy))


class OnnxRuntime:
    """Operators one by one, with the defaults of the standard; it has no gradients."""

    OPERATORS = {
        "relu": "Relu", "lrelu": "LeakyRelu", "elu": "Elu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax", "gelu": "Gelu",
        "softplus": "Softplus", "mish": "Mish", "hardSigmoid": "HardSigmoid", "celu": "Celu",
    }

    def __init__(self):
        import onnx
        import onnxruntime

        self.onnx, self.ort = onnx, onnxruntime
        self.version = onnxruntime.__version__
        self.functions = {name: operator for name, operator in self.OPERATORS.items()}

    def ask(self, operator, question):
        if question["operation"] != "value":
            return None
        x = np.atleast_1d(np.array(numbers(question)))
        for kind in (np.float64, np.float32):
            try:
                return self.run(operator, x.astype(kind))
            except Exception:  # the operator has no kernel for this type
                continue
        return None

    def run(self, operator, x):
        helper, kinds = self.onnx.helper, self.onnx.TensorProto
        kind = kinds.DOUBLE if x.dtype == np.float64 else kinds.FLOAT
        info = lambda name: helper.make_tensor_value_info(name, kind, list(x.shape))
        graph = helper.make_graph([helper.make_node(operator, ["x"], ["y"])], "one", [info("x")], [info("y")])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
        options = self.ort.SessionOptions()
        options.log_severity_level = 4
        return self.ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]


def main():
    result = {"versions": {}, "answers": {question["title"]: {} for question in QUESTIONS}}
    for name, kind in {"PyTorch": PyTorch, "JAX": Jax, "Keras": Keras, "ONNX Runtime": OnnxRuntime}.items():
        framework = kind()
        result["versions"][name] = framework.version
        for question in QUESTIONS:
            f = framework.functions.get(question["function"])
            answer = None if f is None else framework.ask(f, question)
            if answer is not None:
                result["answers"][question["title"]][name] = text(answer, question.get("minus", 0.0))
    json.dump(result, sys.stdout, ensure_ascii=False)


main()
