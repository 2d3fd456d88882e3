"""Writes nodes.json: the inputs and outputs of ONNX's own tests of single operators, for those that nonlin has.

python record.py   with the onnx of ../libraries/requirements.txt; it makes the data of the tests itself, from a fixed seed
"""

import json
import pathlib

import numpy as np
import onnx
from onnx.backend.test.loader import load_node_model_tests

OPERATORS = {
    "Celu", "Elu", "Gelu", "HardSigmoid", "HardSwish", "LeakyRelu", "LogSoftmax", "Mish", "PRelu", "ReduceLogSumExp", "Relu", "Selu",
    "Shrink", "Sigmoid", "Softmax", "SoftmaxCrossEntropyLoss", "Softplus", "Softsign", "SwiGLU", "Swish", "Tanh", "ThresholdedRelu",
}
TYPES = {"float16", "float32", "float64", "int64"}
# A larger test, of one element after the other, is thinned out; one along axes that is larger is left out.
MOST = 200


def element(value):
    """The shortest text that gives the same number of its own type."""
    text = str(value)
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(text) or json.loads(text if value.dtype.kind == "i" else repr(float(text)))


def numbers(array, step):
    array = np.asarray(array)
    data = array.ravel()[::step]
    shape = list(array.shape) if step == 1 else [data.size]
    return {"type": str(array.dtype), "shape": shape, "data": [element(each) for each in data]}


def attribute(node, one):
    value = onnx.helper.get_attribute_value(one)
    return value.decode() if isinstance(value, bytes) else value


cases, left = [], []
for test in load_node_model_tests():
    nodes = test.model.graph.node
    if len(nodes) != 1 or nodes[0].op_type not in OPERATORS:
        continue
    for inputs, outputs in test.data_sets:
        arrays = [np.asarray(each) for each in [*inputs, *outputs]]
        largest = max(each.size for each in arrays)
        flat = len(inputs) == 1 and arrays[0].ndim == 1
        if any(str(each.dtype) not in TYPES for each in arrays) or (largest > MOST and not flat and largest > 5 * MOST):
            left.append(test.name)
            continue
        step = -(-largest // MOST) if flat else 1
        cases.append({
            "name": test.name,
            "operator": nodes[0].op_type,
            "attributes": {one.name: attribute(nodes[0], one) for one in nodes[0].attribute},
            "rtol": test.rtol,
            "atol": test.atol,
            "inputs": [numbers(each, step) for each in inputs],
            "outputs": [numbers(each, step) for each in outputs],
        })

source = {
    "source": f"ONNX {onnx.__version__}, onnx.backend.test, kind \"node\"; data made with NumPy {np.__version__}",
    "licence": "Apache-2.0, Copyright (c) ONNX Project Contributors (https://github.com/onnx/onnx)",
    "leftOut": left,
}
lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases)
path = pathlib.Path(__file__).with_name("nodes.json")
path.write_text(json.dumps(source)[:-1] + f',"cases":[\n{lines}\n]}}\n')
print(f"{len(cases)} cases to {path.name}, left out {left}")
