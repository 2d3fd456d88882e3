"""nonlin's activation functions on NumPy arrays: its WebAssembly module, which imports nothing, in wasmtime.

    pip install numpy wasmtime
    npm pack nonlin, or a build of this repository, has dist/nonlin_bg.wasm

    from nonlin import Nonlin
    nonlin = Nonlin("dist/nonlin_bg.wasm")
    nonlin("sigmoid", x)                          # the bits that JavaScript gets
    nonlin("elu", x, alpha=0.5)
    nonlin("tanh", x, op="deriv")
    nonlin("softmax", logits, temperature=0.7)    # along the last axis

An instance belongs to one thread and is made in a tenth of a second, so each worker of Dask, Ray or Spark makes its own. A short host
to begin with and no package: the checks of nonlin's TypeScript are not here.
"""

import ctypes

import numpy as np
import wasmtime

OPS = {"value": 0, "deriv": 1}
SOFTMAX = 0
# Elements that are computed at a time: their buffers stay in the cache.
BLOCK = 4096


class Nonlin:
    def __init__(self, wasm: str):
        engine = wasmtime.Engine()
        self._store = wasmtime.Store(engine)
        instance = wasmtime.Instance(self._store, wasmtime.Module.from_file(engine, wasm), [])
        self._exports = instance.exports(self._store)

    def __call__(self, name: str, x, op: str = "value", **hyperparameters: float) -> np.ndarray:
        """f(x) or its derivative, element by element; softmax along the last axis. Hyperparameters in the order of nonlin's table."""
        x = np.ascontiguousarray(x, dtype=np.float64)
        out = np.empty_like(x)
        if name == "softmax":
            self._softmax(x, out, **hyperparameters)
        else:
            self._elementwise(name, OPS[op], x.reshape(-1), out.reshape(-1), [float(value) for value in hyperparameters.values()])
        return out

    def _elementwise(self, name: str, op: int, x: np.ndarray, out: np.ndarray, values: list) -> None:
        numbers = (values + [0.0] * 4)[:4]
        # A word among the hyperparameters is its place in the list of words: 0, the first of them, where it is not given.
        kernel = self._call(name, *numbers[: len(self._exports[name].type(self._store).params)])
        with self._buffer(BLOCK) as (handle, view):
            for at in range(0, x.size, BLOCK):
                count = min(BLOCK, x.size - at)
                view()[:count] = x[at : at + count]
                self._call("run", kernel, op, handle, handle, handle, count, *numbers)
                out[at : at + count] = view()[:count]

    def _softmax(self, x: np.ndarray, out: np.ndarray, temperature: float = 1.0) -> None:
        temperatures = [float(temperature)] * 2
        units = x.shape[-1]
        rows = max(1, BLOCK // max(units, 1))
        flat, results = x.reshape(-1, units), out.reshape(-1, units)
        with self._buffer(rows * units) as (handle, view):
            for at in range(0, len(flat), rows):
                block = flat[at : at + rows]
                view()[: block.size] = block.reshape(-1)
                if self._call("rows", SOFTMAX, 0, handle, handle, handle, len(block), units, 1, *temperatures):
                    raise MemoryError("not enough memory for a row")
                results[at : at + rows] = view()[: block.size].reshape(block.shape)

    def _call(self, name: str, *numbers):
        return self._exports[name](self._store, *numbers)

    def _buffer(self, count: int) -> "_Buffer":
        return _Buffer(self, count)


class _Buffer:
    """A buffer in the module's memory; `view` is made again each time, as memory may grow and move."""

    def __init__(self, nonlin: Nonlin, count: int):
        self._nonlin = nonlin
        self._count = count

    def __enter__(self):
        self._handle = self._nonlin._call("allocate", self._count)
        if self._handle == 0:
            raise MemoryError(f"not enough memory for {self._count} numbers")
        return self._handle, self._view

    def _view(self) -> np.ndarray:
        address = self._nonlin._call("address", self._handle) & 0xFFFFFFFF
        memory = self._nonlin._exports["memory"].data_ptr(self._nonlin._store)
        start = ctypes.cast(memory, ctypes.c_void_p).value + address
        return np.ctypeslib.as_array(ctypes.cast(start, ctypes.POINTER(ctypes.c_double)), (self._count,))

    def __exit__(self, *_):
        self._nonlin._call("release", self._handle)
