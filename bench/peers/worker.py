"""Times EpyNN on NumPy, PyTorch or JAX in a process of its own: `worker.py epynn|torch|jax FOLDER`.

Reads on standard input, so that the caller can check it and interleave its rounds with everybody else's:
`prepare FN OP ROWS UNITS`  takes x, y and dy from FOLDER/x.f64 … (raw float64), answers `ready`, `absent` or `failed WHY`;
`check`                     writes the result to FOLDER/out.f64, answers `done` or `failed WHY`;
`time CALLS`                answers nanoseconds.
One thread, and one CPU where the system can hold a process to it: XLA's flags alone leave JAX with as many threads as there are CPUs.
"""

import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["ATEN_CPU_CAPABILITY"] = "avx2"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    CPUS = "held to one CPU"
else:
    CPUS = "not held to one CPU"

import numpy as np


def epynn():
    import importlib.metadata
    import importlib.util
    from pathlib import Path

    # Only maths.py: the package's other modules want a screen, a folder for logs and scipy.
    path = Path(str(importlib.metadata.distribution("EpyNN").locate_file("epynn/commons/maths.py")))
    spec = importlib.util.spec_from_file_location("maths", path)
    maths = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maths)
    maths.activation_tune({"LRELU_alpha": 0.3, "ELU_alpha": 1, "softmax_temperature": 1})

    def make(fn, op, x, y, dy):
        if fn == "hadamard":
            return lambda: maths.hadamard(dy, x)
        # Its identity returns its argument: nothing to time.
        f = getattr(maths, fn) if fn != "identity" else None
        return f and {
            "value": lambda: f(x),
            "deriv": lambda: f(x, deriv=True),
            "jacobian": lambda: f(x, deriv=True),
            "backward": lambda: maths.hadamard(dy, f(x, deriv=True)),
        }.get(op)

    # The widest instructions NumPy's exponential has found: it does not keep to those of PyTorch.
    features = np._core._multiarray_umath.__cpu_features__
    simd = next((name for name in ("AVX512_SKX", "AVX2", "ASIMD") if features.get(name)), "no SIMD")
    return f"{importlib.metadata.version('EpyNN')} on NumPy {np.__version__}, {simd}", make


def torch():
    import torch as t

    t.set_num_threads(1)
    t.set_num_interop_threads(1)
    aten = t.ops.aten

    def make(fn, op, x, y, dy):
        x, y, dy = t.from_numpy(x), t.from_numpy(y), t.from_numpy(dy)
        out = t.empty_like(dy)
        if op == "contraction":
            rows, result = dy[:, None], out[:, None]
            return lambda: t.bmm(rows, x, out=result)
        if op in ("value", "product"):
            return {
                "identity": lambda: out.copy_(x),
                "hadamard": lambda: t.mul(dy, x, out=out),
                "relu": lambda: t.clamp_min(x, 0, out=out),
                "lrelu": lambda: aten.leaky_relu.out(x, 0.3, out=out),
                "elu": lambda: aten.elu.out(x, 1.0, 1.0, 1.0, out=out),
                "sigmoid": lambda: t.sigmoid(x, out=out),
                "tanh": lambda: t.tanh(x, out=out),
                "softmax": lambda: t.softmax(x, -1, out=out),
            }[fn]
        if op == "backwardY":
            return {
                "sigmoid": lambda: aten.sigmoid_backward.grad_input(dy, y, grad_input=out),
                "tanh": lambda: aten.tanh_backward.grad_input(dy, y, grad_input=out),
                "softmax": lambda: aten._softmax_backward_data.out(dy, y, -1, t.float64, grad_input=out),
            }.get(fn)
        if op == "backward" and fn == "elu":
            return lambda: aten.elu_backward.grad_input(dy, 1.0, 1.0, 1.0, False, x, grad_input=out)
        return None

    return f"{t.__version__}, {t.backends.cpu.get_cpu_capability()}, {t.get_num_threads()} thread", make


def jax():
    import jax as j
    import jaxlib

    j.config.update("jax_enable_x64", True)
    j.config.update("jax_platforms", "cpu")
    functions = {
        "relu": j.nn.relu,
        "lrelu": lambda v: j.nn.leaky_relu(v, 0.3),
        "elu": j.nn.elu,
        "sigmoid": j.nn.sigmoid,
        "tanh": j.numpy.tanh,
        "softmax": j.nn.softmax,
    }

    def make(fn, op, x, y, dy):
        f = functions.get(fn)
        x, dy = j.numpy.asarray(x), j.numpy.asarray(dy)

        def both(v):
            value, backward = j.vjp(f, v)
            return value, backward(j.numpy.ones_like(v))[0]

        operations = {
            "product": (lambda v, d: v * d, (x, dy)),
            "contraction": (lambda v, d: j.numpy.einsum("mi,mij->mj", d, v), (x, dy)),
        }
        if f is not None:
            operations |= {
                "value": (f, (x,)),
                "deriv": (lambda v: both(v)[1], (x,)),
                "valueAndDeriv": (both, (x,)),
                "backward": (lambda v, d: j.vjp(f, v)[1](d)[0], (x, dy)),
            }
        if op not in operations:
            return None
        formula, inputs = operations[op]
        traced = 0

        def once(*arguments):
            nonlocal traced
            traced += 1  # run when JAX traces, not when it computes
            if traced > 1:
                raise RuntimeError("traced again")
            return formula(*arguments)

        run = j.jit(once)
        return lambda: j.block_until_ready(run(*inputs))

    return f"{j.__version__}, jaxlib {jaxlib.__version__}", make


version, make = {"epynn": epynn, "torch": torch, "jax": jax}[sys.argv[1]]()
folder = sys.argv[2]
call = None


def prepare(fn, op, rows, units):
    global call
    call = None
    rows, units = int(rows), int(units)
    x, y, dy = (np.fromfile(f"{folder}/{name}.f64") for name in ("x", "y", "dy"))
    x = x.reshape((rows, units, units) if op == "contraction" else (rows, units))
    call = make(fn, op, x, y.reshape(rows, units), dy.reshape(rows, units))
    return "absent" if call is None else "ready"


def check():
    result = call()
    parts = result if isinstance(result, tuple) else (result,)
    np.concatenate([np.asarray(part, np.float64).ravel() for part in parts]).tofile(f"{folder}/out.f64")
    return "done"


def clock(calls):
    started = time.perf_counter_ns()
    for _ in range(int(calls)):
        call()
    return time.perf_counter_ns() - started


print(f"version {version}, {CPUS}", flush=True)
for line in sys.stdin:
    word, *rest = line.split()
    try:
        answer = {"prepare": prepare, "check": check, "time": clock}[word](*rest)
    except Exception as error:  # a peer that fails is shown as failed
        answer = f"failed {str(error).partition(chr(10))[0][:100] or type(error).__name__}"
    print(answer, flush=True)
