"""What EpyNN, NumPy/SciPy and PyTorch give: `peers.py FOLDER UNITS KNOWN`, called by peers.ts, which says what the files are.

KNOWN names the peers that need not be measured again. Prints {peer: version} as JSON.
"""

import importlib.metadata
import importlib.util
import json
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")
np.seterr(all="ignore")
folder, units, known = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(",")
x = np.fromfile(folder + "/x.f64")
rows = {kind: np.fromfile(folder + f"/{kind}.f64").reshape(-1, units) for kind in ("near", "wide")}
versions = {}


def peer(name, version, columns, softmax):
    if name in known:
        return
    for column, f in columns.items():
        np.asarray(f(x), dtype=np.float64).tofile(f"{folder}/{name}.{column}.f64")
    for kind, of in rows.items():
        np.asarray(softmax(of), dtype=np.float64).tofile(f"{folder}/{name}.softmax_{kind}.f64")
    versions[name] = version


def missing(name):
    return importlib.util.find_spec(name) is None


def epynn():
    # Only maths.py: the package's other modules want a screen and a folder for logs.
    distribution = importlib.metadata.distribution("EpyNN")
    spec = importlib.util.spec_from_file_location("maths", str(distribution.locate_file("epynn/commons/maths.py")))
    maths = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maths)
    maths.activation_tune({"LRELU_alpha": 0.3, "ELU_alpha": 1, "softmax_temperature": 1})
    columns = {}
    for name in ("sigmoid", "tanh", "elu"):
        columns[name] = getattr(maths, name)
        columns[name + "_deriv"] = lambda v, f=getattr(maths, name): f(v, deriv=True)
    peer("EpyNN", f"{distribution.version} on NumPy {np.__version__}", columns, maths.softmax)


def scipy():
    import scipy.special as special

    peer(
        "NumPy and SciPy",
        f"NumPy {np.__version__}, SciPy {importlib.metadata.version('scipy')}",
        {
            "sigmoid": special.expit,
            "sigmoid_deriv": lambda v: special.expit(v) * special.expit(-v),
            "tanh": np.tanh,
            "elu": lambda v: np.where(v > 0, v, np.expm1(v)),
            "elu_deriv": lambda v: np.where(v > 0, 1.0, np.exp(v)),
        },
        lambda v: special.softmax(v, axis=1),
    )


def torch():
    import torch as t

    def gradient(f):
        def at(v):
            v = t.tensor(v, requires_grad=True)
            f(v).sum().backward()
            return v.grad.numpy()

        return at

    functions = {"sigmoid": t.sigmoid, "tanh": t.tanh, "elu": t.nn.functional.elu}
    columns = {name: lambda v, f=f: f(t.from_numpy(v)).numpy() for name, f in functions.items()}
    columns.update({name + "_deriv": gradient(f) for name, f in functions.items()})
    peer("PyTorch", t.__version__, columns, lambda v: t.softmax(t.from_numpy(v), 1).numpy())


for needed, measure in (("scipy", scipy), ("torch", torch)):
    if not missing(needed):
        measure()
try:
    epynn()
except importlib.metadata.PackageNotFoundError:
    pass
print(json.dumps(versions))
