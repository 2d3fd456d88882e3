"""The tables of crate/src/grid/addition.rs and numeric/exp.rs, computed anew at 300 bits: prints the checksum that its test holds.

    python3 scripts/coefficients/tables.py

Needs mpmath. The rounding of each number is as `pair` in numeric/double_double.rs says: the head to f64, and to a multiple of the quantum where there is
one; the tail, which is what is left, to 24 bits below the last of the f64. The checksum is FNV-1a, 64 bits, over the bits of all
numbers that are set, table by table, row by row.
"""

import struct

from mpmath import mp, mpf

mp.prec = 300


def exponent_of(value):
    """The largest power of two that is at most |value|; that of 1e-30 for zero."""
    return mpf(2) ** mp.floor(mp.log(max(abs(value), mpf('1e-30')), 2))


def pair(value, quantum=None, head=None):
    high = mpf(float(value))
    if head is None:
        head = mp.nint(high / quantum) * quantum if quantum else high
    fine = exponent_of(high) * mpf(2) ** -77
    return [float(head), float(mp.nint((value - head) / fine) * fine)]


def numbers():
    one = mpf(1)
    for j in range(128):
        # A head of 26 bits, and the rest rounded once.
        value = mpf(2) ** (mpf(j) / 128)
        head = mp.nint(value * 2**25) / 2**25
        yield from [float(head), float(value - head)]
    for n in range(38 * 16 + 1):
        quantum = min(exponent_of((n + mpf(1) / 2) / 16), one) * mpf(2) ** -52
        yield from pair(mp.expm1(-mpf(n) / 16), quantum)
        yield from pair(mp.exp(-mpf(n) / 16))
    for n in range(20 * 32 + 1):
        quantum = min(exponent_of((n + mpf(1) / 2) / 32), one) * mpf(2) ** -52
        yield from pair(mp.tanh(mpf(n) / 32), quantum)
        yield from pair(mp.sech(mpf(n) / 32) ** 2)
    for n in range(-40 * 16, 40 * 16 + 1):
        value = 1 / (1 + mp.exp(-mpf(n) / 16))
        # Above 0 the head mirrors that below.
        yield from pair(value, head=1 - (float(1 - value) + 1.0 - 1.0) if n > 0 else None)
        yield from pair(1 / (1 + mp.exp(-mpf(n) / 16)) / (1 + mp.exp(mpf(n) / 16)))


checksum = 0xCBF29CE484222325
for number in numbers():
    # Minus zero, which the rounding of Rust and of Python need not share, is written as zero.
    for byte in struct.pack('<d', number + 0.0):
        checksum = ((checksum ^ byte) * 0x100000001B3) % 2**64
print(f'{checksum:#018x}')
