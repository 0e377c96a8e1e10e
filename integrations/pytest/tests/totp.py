"""The codes of virtual MFA devices, by RFC 6238."""

import base64
import hashlib
import hmac
import struct
import time


def totp(seed, steps=0):
    """What a device with this seed shows so many steps of half a minute from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(seed), counter, hashlib.sha1).digest()
    start = digest[-1] & 0xF
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"
