"""The positive control: a program that shows its person one cell under every encoding that the scanner knows.

It encodes by itself, with what a program would use, so that a scanner that encodes wrongly finds less.
"""

CONTROL = """
import base64, binascii, codecs, gzip, html, urllib.parse, zlib
raw = value.encode()
around = [base64.b64encode(b"-" * n + raw + b"-" * 3).decode() for n in range(3)]
wide = value.encode("utf-16-le")
for text in (
    value.upper(), "".join(reversed(value)), codecs.encode(value, "rot_13"), binascii.hexlify(raw).decode().upper(),
    *around, base64.b32encode(raw).decode(), base64.b85encode(raw).decode(), base64.a85encode(raw).decode(),
    "".join("%" + format(byte, "02X") for byte in raw), wide.hex(), value.encode("utf-16-be").hex(),
    base64.b64encode(wide).decode(), "".join(format(byte, "08b") for byte in raw), ",".join(str(byte) for byte in raw),
    base64.b64encode(zlib.compress(raw)).decode(), binascii.hexlify(zlib.compress(raw)).decode(),
    base64.b64encode(gzip.compress(raw)).decode(), "".join("&#" + str(byte) + ";" for byte in raw),
):
    say(text)
"""
