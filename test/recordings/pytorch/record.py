"""Writes layers.json: what PyTorch gives in float64 for gated units, the gates of its two recurrent cells, and cross-entropies.

python record.py   with the torch of bench/peers/requirements-torch.txt
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(12)
torch.set_default_dtype(torch.float64)
cases = []


def numbers(tensor):
    return {"data": tensor.detach().flatten().tolist(), "shape": list(tensor.shape)}


def record(name, results, inputs, options=None, labels=None):
    """One case: results by name, and the gradients of every input, all pulled back with the same kind of dy."""
    gradients = {key: torch.randn_like(result) for key, result in results.items()}
    total = sum((gradients[key] * result).sum() for key, result in results.items())
    back = torch.autograd.grad(total, list(inputs.values()))
    cases.append({
        "name": name,
        "options": options or {},
        "inputs": {key: numbers(value) for key, value in inputs.items()},
        **({} if labels is None else {"labels": numbers(labels)}),
        "results": {key: numbers(value) for key, value in results.items()},
        "gradients": {key: numbers(value) for key, value in gradients.items()},
        "back": dict(zip(inputs, map(numbers, back))),
    })


def leaf(*shape, spread=3.0):
    return (torch.randn(*shape) * spread).requires_grad_()


UNITS = {
    "glu": None,
    "swiglu": lambda a, b: a * F.silu(b),
    "geglu": lambda a, b: a * F.gelu(b),
    "reglu": lambda a, b: a * F.relu(b),
}
for name, unit in UNITS.items():
    for shape, axis in [((4, 6), -1), ((6, 5), 0), ((2, 4, 3), 1)]:
        x = leaf(*shape)
        a, b = x.chunk(2, axis)
        value = unit(a, b) if unit else F.glu(x, axis)
        record(name, {"value": value}, {"x": x}, {"axis": axis})

# The cells of torch.nn with weights that hand the gates through: the input is the gates, and h meets a matrix of zeros.
for rows, units in [(3, 4), (5, 7)]:
    cell = torch.nn.LSTMCell(4 * units, units)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.eye(4 * units))
        for rest in (cell.weight_hh, cell.bias_ih, cell.bias_hh):
            rest.zero_()
    gates, c = leaf(rows, 4 * units, spread=2), leaf(rows, units)
    h, after = cell(gates, (torch.zeros(rows, units), c))
    record("lstmGates", {"h": h, "c": after}, {"gates": gates, "c": c})

    # hn is what the hidden side has for n: the identity there, and zeros for r and z.
    cell = torch.nn.GRUCell(3 * units, units)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.eye(3 * units))
        cell.weight_hh.zero_()
        cell.weight_hh[2 * units :].copy_(torch.eye(units))
        cell.bias_ih.zero_()
        cell.bias_hh.zero_()
    gates, h = leaf(rows, 3 * units, spread=2), leaf(rows, units)
    record("gruGates", {"value": cell(gates, h)}, {"gates": gates, "h": h})

for spread in (1.0, 30.0):
    for temperature in (1.0, 0.5):
        logits = leaf(5, 7, spread=spread)
        classes = torch.tensor([0, 6, -100, 3, 3])
        options = {"temperature": temperature}
        value = F.cross_entropy(logits / temperature, classes, reduction="none")
        record("softmaxCrossEntropy", {"value": value}, {"x": logits}, options, classes)
        labels = torch.softmax(torch.randn(5, 7), -1)
        value = F.cross_entropy(logits / temperature, labels, reduction="none")
        record("softmaxCrossEntropy", {"value": value}, {"x": logits}, options, labels)
    logits, targets = leaf(5, 7, spread=spread), torch.rand(5, 7)
    value = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    record("sigmoidCrossEntropy", {"value": value}, {"x": logits}, labels=targets)

source = f"PyTorch {torch.__version__.split('+')[0]}, float64, on one CPU"
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
path = pathlib.Path(__file__).with_name("layers.json")
path.write_text(f'{{"source":{json.dumps(source)},"cases":[\n{lines}\n]}}\n')
print(f"{len(cases)} cases to {path.name}")
