# SPDX-License-Identifier: GPL-3.0-or-later
"""SM2 signatures with SM3 (GM/T 0003.2, GM/T 0004), in Python alone: another hand than the depot's and the handheld's.

For tests: it is slow, and not safe against whoever watches its time.
"""
import hashlib
import secrets

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
     0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0)
ID = b"1234567812345678"


def sm3(data):
    return hashlib.new("sm3", data).digest()


def double(point):
    x, y, z = point
    if z == 0:
        return point
    z2, y2 = z * z % P, y * y % P
    slope = 3 * (x - z2) * (x + z2) % P
    s = 4 * x * y2 % P
    x3 = (slope * slope - 2 * s) % P
    return x3, (slope * (s - x3) - 8 * y2 * y2) % P, 2 * y * z % P


def add(first, second):
    """Jacobian coordinates; z = 0 is the point at infinity."""
    if first[2] == 0:
        return second
    if second[2] == 0:
        return first
    x1, y1, z1 = first
    x2, y2, z2 = second
    u1, u2 = x1 * z2 * z2 % P, x2 * z1 * z1 % P
    s1, s2 = y1 * pow(z2, 3, P) % P, y2 * pow(z1, 3, P) % P
    if u1 == u2:
        return double(first) if s1 == s2 else (1, 1, 0)
    h, r = (u2 - u1) % P, (s2 - s1) % P
    h2, h3 = h * h % P, pow(h, 3, P)
    x3 = (r * r - h3 - 2 * u1 * h2) % P
    return x3, (r * (u1 * h2 - x3) - s1 * h3) % P, h * z1 * z2 % P


def multiply(k, point):
    total, power = (1, 1, 0), (*point, 1)
    while k:
        if k & 1:
            total = add(total, power)
        power = double(power)
        k >>= 1
    return total


def multiply_both(k, point, m, other):
    """k of the one and m of the other together, bit by bit."""
    both = flatten(add((*point, 1), (*other, 1)))
    total = (1, 1, 0)
    for bit in range(255, -1, -1):
        total = double(total)
        choice = (k >> bit & 1) + 2 * (m >> bit & 1)
        if choice:
            total = add(total, (*(None, point, other, both)[choice], 1))
    return total


def flatten(point):
    inverse = pow(point[2], -1, P)
    return point[0] * inverse * inverse % P, point[1] * pow(inverse, 3, P) % P


def to_bytes(number):
    return number.to_bytes(32, "big")


def is_point(text):
    """Whether it is an uncompressed point of the curve, in lower-case hexadecimal."""
    if len(text) != 130 or not text.startswith("04") or text.strip("0123456789abcdef"):
        return False
    x, y = int(text[2:66], 16), int(text[66:], 16)
    return x < P and y < P and (y * y - (x ** 3 + A * x + B)) % P == 0


def digest(public, message):
    z = sm3((8 * len(ID)).to_bytes(2, "big") + ID + b"".join(map(to_bytes, (A, B, *G, *public))))
    return int.from_bytes(sm3(z + message), "big")


def verify(public_hex, message, signature):
    if len(signature) != 64:
        return False
    public = int(public_hex[2:66], 16), int(public_hex[66:], 16)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < N and 0 < s < N) or (r + s) % N == 0:
        return False
    x, _ = flatten(multiply_both(s, G, (r + s) % N, public))
    return (digest(public, message) + x) % N == r


class Key:
    """A key pair."""

    def __init__(self):
        self.secret = 1 + secrets.randbelow(N - 2)
        self.public = flatten(multiply(self.secret, G))
        self.public_hex = "04" + "".join(to_bytes(part).hex() for part in self.public)

    def sign(self, message):
        e = digest(self.public, message)
        while True:
            k = 1 + secrets.randbelow(N - 1)
            r = (e + flatten(multiply(k, G))[0]) % N
            s = pow(1 + self.secret, -1, N) * (k - r * self.secret) % N
            if r and s and r + k != N:
                return to_bytes(r) + to_bytes(s)
