"""Minimax polynomials with float64 coefficients: the ones in crate/src, their intervals and their errors.

    python3 scripts/coefficients/fit.py            prints every polynomial as the Rust constant
    python3 scripts/coefficients/fit.py --check    fails unless crate/src holds exactly these

Needs mpmath. A polynomial p stands for f on [low, high] such that weight·(p − f) is smallest (Remez exchange); then each
coefficient is rounded to float64, which costs less than 2^-53 of a term that is itself a small part of the result.
"""

import pathlib
import re
import struct
import sys

from mpmath import mp, mpf

mp.prec = 240


def remez(f, weight, low, high, degree, fixed):
    """The real coefficients after the fixed ones."""
    free = degree + 1 - len(fixed)
    target = lambda x: f(x) - sum(c * x**i for i, c in enumerate(fixed))
    points = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * k / free) for k in range(free + 1)]
    grid = [low + (high - low) * (1 - mp.cos(mp.pi * (k + mpf(1) / 2) / 800)) / 2 for k in range(800)]
    for _ in range(20):
        rows = [[x ** (i + len(fixed)) for i in range(free)] + [(-1) ** k / weight(x)] for k, x in enumerate(points)]
        solution = mp.lu_solve(mp.matrix(rows), mp.matrix([target(x) for x in points]))
        found = list(solution)[:free]
        error = lambda x: weight(x) * (sum(c * x ** (i + len(fixed)) for i, c in enumerate(found)) - target(x))
        # The new points: where the error is largest between every two of its changes of sign.
        peaks = []
        for x in grid:
            value = error(x)
            if peaks and (value > 0) == (peaks[-1][1] > 0):
                peaks[-1] = max(peaks[-1], (x, value), key=lambda peak: abs(peak[1]))
            else:
                peaks.append((x, value))
        if len(peaks) != free + 1:
            break
        points = [x for x, _ in peaks]
    return found


def fit(f, weight, low, high, degree, fixed=()):
    """The coefficients as float64, and the largest weighted error with them."""
    coefficients = [float(c) for c in (*fixed, *remez(f, weight, low, high, degree, fixed))]
    grid = [low + (high - low) * k / 2000 for k in range(2001)]
    return coefficients, max(abs(weight(x) * (mp.polyval(coefficients[::-1], x) - f(x))) for x in grid)


# In h² on [tiny, …]: at 0 itself the quotients below are 0/0.
TINY = mpf(2) ** -60


def tanh_rest(s):
    """(tanh h − h)/h³ at s = h²."""
    h = mp.sqrt(s)
    return (mp.tanh(h) - h) / h**3


def tanh_half(s):
    """2·tanh(h/2)/h at s = h²."""
    h = mp.sqrt(s)
    return 2 * mp.tanh(h / 2) / h


def expm1_rest(h):
    """(e^h − 1 − h)/h²."""
    return (mp.expm1(h) - h) / h**2 if abs(h) > mpf(2) ** -50 else mpf(1) / 2 + h / 6


def table():
    """name, file, what it is, coefficients, error."""
    # Half the steps of the grids.
    tanh, expm1, sigmoid = mpf(1) / 64, mpf(1) / 32, mpf(1) / 32
    yield 'TANH_REST', 'activation/tanh.rs', fit(tanh_rest, lambda s: s, TINY, tanh**2, 2)
    yield 'TANH_HALF', 'activation/sigmoid.rs', fit(tanh_half, mp.sqrt, TINY, sigmoid**2, 3, [1])
    yield 'EXPM1_REST', 'activation/elu.rs', fit(expm1_rest, lambda h: max(abs(h), expm1 / 64), -expm1, expm1, 5)


def main():
    check = '--check' in sys.argv[1:]
    source = pathlib.Path(__file__).resolve().parents[2] / 'crate' / 'src'
    wrong = 0
    for name, file, (coefficients, error) in table():
        print(f'{name} ({file}), error 2^{float(mp.log(error, 2)):.1f}')
        for c in coefficients:
            print(f'    {c!r},  // {struct.pack(">d", c).hex()}')
        if check:
            body = re.search(rf'const {name}: \(f64.*?\) =\s*\((.*?)\);', (source / file).read_text(), re.S)
            held = [float(c) for c in re.sub(r'//.*', '', body[1]).replace('_', '').split(',') if c.strip()] if body else None
            if held != coefficients:
                wrong += 1
                print(f'    {file} holds {held}')
    sys.exit(f'{wrong} polynomials differ' if wrong else 0)


if __name__ == '__main__':
    main()
