"""Keccak-256 as Ethereum uses it. hashlib's SHA3-256 is the later standard, which pads differently.

Written from the Keccak reference (theta, rho, pi, chi, iota over 25 lanes of 64 bits), for messages of one block.
"""

from __future__ import annotations

_RATE = 136
_MASK = (1 << 64) - 1


def _constants() -> tuple[int, ...]:
    """The 24 round constants: bits of a linear feedback shift register at the places 2^j - 1."""
    register, found = 1, []
    for _ in range(24):
        constant = 0
        for bit in range(7):
            if register & 1:
                constant |= 1 << ((1 << bit) - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        found.append(constant)
    return tuple(found)


def _moves() -> tuple[tuple[int, int, int], ...]:
    """Rho and pi as one: (from, to, bits to turn by) for each lane but the first. A lane's index is x + 5 y."""
    x, y, found = 1, 0, []
    for step in range(24):
        there = y + 5 * ((2 * x + 3 * y) % 5)
        found.append((x + 5 * y, there, (step + 1) * (step + 2) // 2 % 64))
        x, y = y, (2 * x + 3 * y) % 5
    return tuple(found)


_CONSTANTS = _constants()
_MOVES = _moves()
_ROWS = tuple((y, y + 1, y + 2, y + 3, y + 4) for y in range(0, 25, 5))


def keccak256(message: bytes) -> bytes:
    """The digest of a message of fewer than 136 bytes; ValueError for a longer one."""
    if len(message) >= _RATE:
        raise ValueError("longer than one block")
    block = bytearray(message + b"\x01" + bytes(_RATE - 1 - len(message)))
    block[-1] |= 0x80
    lanes = [int.from_bytes(block[low : low + 8], "little") for low in range(0, _RATE, 8)] + [0] * 8
    for constant in _CONSTANTS:
        lanes = _round(lanes)
        lanes[0] ^= constant
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _round(lanes: list[int]) -> list[int]:
    """Theta, rho, pi, chi."""
    sums = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
    mixed = [sums[x - 1] ^ (sums[x - 4] << 1 & _MASK) ^ sums[x - 4] >> 63 for x in range(5)]
    moved = [lanes[0] ^ mixed[0]] + [0] * 24
    for source, there, turn in _MOVES:
        lane = lanes[source] ^ mixed[source % 5]
        moved[there] = (lane << turn & _MASK) | lane >> (64 - turn)
    out = []
    for a, b, c, d, e in _ROWS:
        out.append(moved[a] ^ (~moved[b] & moved[c]))
        out.append(moved[b] ^ (~moved[c] & moved[d]))
        out.append(moved[c] ^ (~moved[d] & moved[e]))
        out.append(moved[d] ^ (~moved[e] & moved[a]))
        out.append(moved[e] ^ (~moved[a] & moved[b]))
    return out
