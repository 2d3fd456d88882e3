"""Writes functions.json: what JAX, Keras, SciPy and NumPy give in float64; JAX with derivatives, Keras too, on JAX.

python record.py   with requirements.txt beside it installed
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
import scipy  # noqa: E402
from scipy import special  # noqa: E402

jax.config.update("jax_enable_x64", True)
keras.config.set_floatx("float64")
random = np.random.default_rng(12)

JAX = f"JAX {jax.__version__}"
KERAS = f"Keras {keras.__version__}"
SCIPY = f"SciPy {scipy.__version__}"
NUMPY = f"NumPy {np.__version__}"

# None at a kink, where the conventions differ (docs/functions.md has them).
x = np.array([-745.2, -88.3, -21.7, -9.4, -6.3, -4.1, -3.3, -2.6, -1.9, -1.3, -0.7, -0.3, -0.04,
              -1e-9, 1e-9, 0.06, 0.2, 0.6, 0.9, 1.4, 2.2, 2.9, 3.7, 5.2, 6.8, 11.3, 25.9, 97.1, 712.5])
rows = random.normal(size=(4, 6)) * 3
far = random.normal(size=(3, 5)) * 40
cube = random.normal(size=(2, 3, 4)) * 2
mask = random.random((4, 6)) < 0.7
cases = []


def numbers(array):
    array = np.asarray(array)
    return {"data": [float(each) for each in array.ravel()], "shape": list(array.shape)}


def finite(results):
    for key, result in results.items():
        if not np.isfinite(result).all():
            raise ValueError(f"{key} is not finite")
    return results


def case(library, function, name, options, inputs, results):
    cases.append({
        "library": library,
        "function": function,
        "name": name,
        "options": options,
        "inputs": {key: numbers(value) for key, value in inputs.items()},
        "results": {key: numbers(value) for key, value in finite(results).items()},
    })


def elementwise(library, function, name, f, options=None, derive=True, twice=True):
    """f on x; with derive f′ by automatic differentiation, and with twice f″."""
    results = {"value": f(x)}
    if derive:
        results["deriv"] = jax.vmap(jax.grad(f))(jnp.array(x))
    if derive and twice:
        results["deriv2"] = jax.vmap(jax.grad(jax.grad(f)))(jnp.array(x))
    case(library, function, name, options or {}, {"x": x}, results)


def along(library, function, name, f, given, options=None, derive=True):
    """f on rows; with derive the gradient that comes back for a random dy."""
    inputs = {"x": given}
    value = f(given)
    results = {"value": value}
    if derive:
        inputs["dy"] = random.normal(size=np.shape(value))
        _, pull = jax.vjp(f, jnp.array(given))
        results["back"] = pull(jnp.array(inputs["dy"]))[0]
    case(library, function, name, options or {}, inputs, results)


nn = jax.nn
for name, function, f, options in [
    ("relu", "relu", nn.relu, {}),
    ("relu6", "relu6", nn.relu6, {}),
    ("sigmoid", "sigmoid", nn.sigmoid, {}),
    ("softplus", "softplus", nn.softplus, {}),
    ("sparsePlus", "sparse_plus", nn.sparse_plus, {}),
    ("hardSigmoid", "sparse_sigmoid", nn.sparse_sigmoid, {"alpha": 0.5}),
    ("softsign", "soft_sign", nn.soft_sign, {}),
    ("silu", "silu", nn.silu, {}),
    ("logSigmoid", "log_sigmoid", nn.log_sigmoid, {}),
    ("lrelu", "leaky_relu", nn.leaky_relu, {"alpha": 0.01}),
    ("hardSigmoid", "hard_sigmoid", nn.hard_sigmoid, {}),
    ("hardSwish", "hard_silu", nn.hard_silu, {}),
    ("hardTanh", "hard_tanh", nn.hard_tanh, {}),
    ("elu", "elu", nn.elu, {}),
    ("elu", "elu(alpha=0.7)", lambda v: nn.elu(v, 0.7), {"alpha": 0.7}),
    ("celu", "celu", nn.celu, {}),
    ("celu", "celu(alpha=2.5)", lambda v: nn.celu(v, 2.5), {"alpha": 2.5}),
    ("selu", "selu", nn.selu, {}),
    ("gelu", "gelu(approximate=False)", lambda v: nn.gelu(v, approximate=False), {}),
    ("gelu", "gelu(approximate=True)", lambda v: nn.gelu(v, approximate=True), {"approximate": "tanh"}),
    ("squareplus", "squareplus", nn.squareplus, {}),
    ("mish", "mish", nn.mish, {}),
    ("tanh", "tanh", nn.tanh, {}),
    ("identity", "identity", nn.identity, {}),
]:
    elementwise(JAX, f"jax.nn.{function}", name, f, options)

# Not tanh, which Keras computes in float32 on JAX, whatever it is given: it gives -1 at -9.4.
act = keras.activations
for name, function, f, options in [
    ("relu", "relu", act.relu, {}),
    ("lrelu", "leaky_relu", act.leaky_relu, {"alpha": 0.2}),
    ("relu6", "relu6", act.relu6, {}),
    ("celu", "celu", act.celu, {}),
    ("elu", "elu", act.elu, {}),
    ("selu", "selu", act.selu, {}),
    ("softplus", "softplus", act.softplus, {}),
    ("softsign", "softsign", act.softsign, {}),
    ("squareplus", "squareplus", act.squareplus, {}),
    ("softShrink", "soft_shrink", act.soft_shrink, {}),
    ("sparsePlus", "sparse_plus", act.sparse_plus, {}),
    ("silu", "silu", act.silu, {}),
    ("gelu", "gelu", act.gelu, {}),
    ("gelu", "gelu(approximate=True)", lambda v: act.gelu(v, approximate=True), {"approximate": "tanh"}),
    ("tanhShrink", "tanh_shrink", act.tanh_shrink, {}),
    ("threshold", "threshold(1.1, 0.25)", lambda v: act.threshold(v, 1.1, 0.25), {"threshold": 1.1, "value": 0.25}),
    ("sigmoid", "sigmoid", act.sigmoid, {}),
    ("hardSigmoid", "hard_sigmoid", act.hard_sigmoid, {}),
    ("hardSwish", "hard_silu", act.hard_silu, {}),
    ("hardTanh", "hard_tanh", act.hard_tanh, {}),
    ("hardShrink", "hard_shrink", act.hard_shrink, {}),
    ("identity", "linear", act.linear, {}),
    ("mish", "mish", act.mish, {}),
    ("logSigmoid", "log_sigmoid", act.log_sigmoid, {}),
    ("hardSigmoid", "sparse_sigmoid", act.sparse_sigmoid, {"alpha": 0.5}),
]:
    elementwise(KERAS, f"keras.activations.{function}", name, f, options, twice=False)

elementwise(SCIPY, "scipy.special.expit", "sigmoid", special.expit, derive=False)
elementwise(SCIPY, "scipy.special.log_expit", "logSigmoid", special.log_expit, derive=False)
elementwise(SCIPY, "scipy.special.softplus", "softplus", special.softplus, derive=False)
elementwise(SCIPY, "x·scipy.special.ndtr(x)", "gelu", lambda v: v * special.ndtr(v), derive=False)
elementwise(NUMPY, "numpy.tanh", "tanh", np.tanh, derive=False)
elementwise(NUMPY, "numpy.logaddexp(x, 0)", "softplus", lambda v: np.logaddexp(v, 0), derive=False)
elementwise(NUMPY, "numpy.maximum(x, 0)", "relu", lambda v: np.maximum(v, 0), derive=False)
elementwise(NUMPY, "numpy.where(x > 0, x, numpy.expm1(x))", "elu", lambda v: np.where(v > 0, v, np.expm1(np.minimum(v, 0))),
            derive=False)

# Not Keras's sparsemax, which takes the sum of all partial sums of the support for that of its last: with two elements in it, it gives
# numbers whose sum is not 1.
for given, axis in [(rows, -1), (rows, 0), (far, -1), (cube, 1)]:
    options = {"axis": axis}
    along(JAX, "jax.nn.softmax", "softmax", lambda v, axis=axis: nn.softmax(v, axis), given, options)
    along(JAX, "jax.nn.log_softmax", "logSoftmax", lambda v, axis=axis: nn.log_softmax(v, axis), given, options)
    along(JAX, "jax.nn.logsumexp", "logSumExp", lambda v, axis=axis: nn.logsumexp(v, axis), given, options)
    along(KERAS, "keras.activations.softmax", "softmax", lambda v, axis=axis: act.softmax(v, axis), given, options)
    along(KERAS, "keras.activations.log_softmax", "logSoftmax", lambda v, axis=axis: act.log_softmax(v, axis), given, options)
    along(SCIPY, "scipy.special.softmax", "softmax", lambda v, axis=axis: special.softmax(v, axis), given, options, derive=False)
    along(SCIPY, "scipy.special.log_softmax", "logSoftmax", lambda v, axis=axis: special.log_softmax(v, axis), given, options,
          derive=False)
    along(SCIPY, "scipy.special.logsumexp", "logSumExp", lambda v, axis=axis: special.logsumexp(v, axis), given, options,
          derive=False)
along(JAX, "jax.nn.softmax, two axes", "softmax", lambda v: nn.softmax(v, (0, 2)), cube, {"axis": [0, 2]})
along(JAX, "jax.nn.logsumexp, two axes kept", "logSumExp", lambda v: nn.logsumexp(v, (0, 2), keepdims=True), cube,
      {"axis": [0, 2], "keepDims": True})
for name, f in [("softmax", nn.softmax), ("logSumExp", nn.logsumexp)]:
    along(JAX, f"jax.nn.{f.__name__}(where=…)", name, lambda v, f=f: f(v, -1, where=mask), rows, {"mask": mask.tolist()})
for axis in (-1, 0):
    along(JAX, "jax.nn.glu", "glu", lambda v, axis=axis: nn.glu(v, axis), rows, {"axis": axis})
    along(KERAS, "keras.activations.glu", "glu", lambda v, axis=axis: act.glu(v, axis), rows, {"axis": axis})


def loss(library, function, name, f, logits, labels):
    """The loss of each row, and the gradient of their sum."""
    value, pull = jax.vjp(lambda v: f(v), jnp.array(logits))
    back = pull(jnp.ones_like(value))[0]
    case(library, function, name, {}, {"x": logits, "labels": labels}, {"value": value, "deriv": back})


classes = np.array([0, 5, 3, 3])
distributions = np.asarray(nn.softmax(jnp.array(random.normal(size=(4, 6)))))
targets = random.random((4, 6))
loss(KERAS, "keras.losses.sparse_categorical_crossentropy(from_logits=True)", "softmaxCrossEntropy",
     lambda v: keras.losses.sparse_categorical_crossentropy(classes, v, from_logits=True), rows, classes)
loss(KERAS, "keras.losses.categorical_crossentropy(from_logits=True)", "softmaxCrossEntropy",
     lambda v: keras.losses.categorical_crossentropy(distributions, v, from_logits=True), rows, distributions)
loss(KERAS, "keras.ops.binary_crossentropy(from_logits=True)", "sigmoidCrossEntropy",
     lambda v: keras.ops.binary_crossentropy(targets, v, from_logits=True), rows, targets)
loss(JAX, "-(labels·jax.nn.log_softmax).sum(-1)", "softmaxCrossEntropy",
     lambda v: -(distributions * nn.log_softmax(v)).sum(-1), rows, distributions)

source = f"{JAX} ({jax.default_backend()}), {KERAS} on JAX, {SCIPY}, {NUMPY}; all in float64"
lines = ",\n".join(json.dumps(each, separators=(",", ":"), ensure_ascii=False) for each in cases)
path = pathlib.Path(__file__).with_name("functions.json")
path.write_text(f'{{"source":{json.dumps(source)},"cases":[\n{lines}\n]}}\n', encoding="utf-8")
print(f"{len(cases)} cases to {path.name}")
