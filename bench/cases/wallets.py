"""Addresses of wallets, made as their chains make them: Base58Check, Bech32 and Bech32m, EIP-55."""

from __future__ import annotations

import hashlib
import random

BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BECH = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_MASK = (1 << 64) - 1


def base58check(version: bytes, payload: bytes, alphabet: str = BITCOIN) -> str:
    """The Bitcoin wiki's Base58Check: four bytes of a double SHA-256 close version and payload."""
    raw = version + payload
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    number, out = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        out = alphabet[rest] + out
    return alphabet[0] * (len(raw) - len(raw.lstrip(b"\0"))) + out


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


def bech32(prefix: str, version: int, program: bytes) -> str:
    """A segregated witness address of BIP 173 (version 0) or BIP 350 (later ones)."""
    bits = int.from_bytes(program, "big")
    size = (len(program) * 8 + 4) // 5
    bits <<= size * 5 - len(program) * 8
    data = [version, *((bits >> 5 * (size - 1 - index)) & 31 for index in range(size))]
    head = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    closed = _polymod([*head, *data, 0, 0, 0, 0, 0, 0]) ^ (0x2BC830A3 if version else 1)
    data += [(closed >> 5 * (5 - index)) & 31 for index in range(6)]
    return prefix + "1" + "".join(_BECH[value] for value in data)


def _turned(value: int, by: int) -> int:
    return ((value << by) | (value >> (64 - by))) & _MASK if by else value


def keccak256(message: bytes) -> bytes:
    """Keccak-256 of less than 136 bytes, padded as Ethereum pads it."""
    block = bytearray(136)
    block[: len(message)] = message
    block[len(message)] ^= 1
    block[135] ^= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for index in range(17):
        lanes[index % 5][index // 5] = int.from_bytes(block[8 * index : 8 * index + 8], "little")
    register = 1
    for _ in range(24):
        sums = [a[0] ^ a[1] ^ a[2] ^ a[3] ^ a[4] for a in lanes]
        lanes = [[lane ^ sums[x - 1] ^ _turned(sums[(x + 1) % 5], 1) for lane in lanes[x]] for x in range(5)]
        x, y, current = 1, 0, lanes[1][0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], _turned(current, (step + 1) * (step + 2) // 2 % 64)
        for y in range(5):
            row = [lanes[x][y] for x in range(5)]
            for x in range(5):
                lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & _MASK & row[(x + 2) % 5])
        for bit in range(7):
            register = ((register << 1) ^ ((register >> 7) * 0x71)) % 256
            if register & 2:
                lanes[0][0] ^= 1 << ((1 << bit) - 1)
    return b"".join(lanes[x][0].to_bytes(8, "little") for x in range(4))


def eip55(address: str) -> str:
    """Forty hexadecimal digits, their letters in the case that EIP-55 gives them."""
    digest = keccak256(address.lower().encode()).hex()
    return "0x" + "".join(c.upper() if int(d, 16) >= 8 else c for c, d in zip(address.lower(), digest, strict=False))


def drawn(rng: random.Random) -> str:
    """An address of one of the chains."""
    key = rng.randbytes(20)
    kind = rng.choice("bbbbtssseeeeellldxrac")
    match kind:
        case "b":
            return base58check(b"\0", key)
        case "t":
            return base58check(b"\x05", key)
        case "s":
            return bech32("bc", 0, key if rng.random() < 0.7 else rng.randbytes(32))
        case "e":
            return eip55(key.hex())
        case "l":
            return rng.choice((base58check(b"\x30", key), bech32("ltc", 0, key)))
        case "d":
            return base58check(b"\x1e", key)
        case "x":
            return base58check(b"\x4c", key)
        case "r":
            return base58check(b"\0", key, RIPPLE)
        case "a":
            return base58check(b"\x41", key)
        case _:
            return bech32("bc", 1, rng.randbytes(32))
