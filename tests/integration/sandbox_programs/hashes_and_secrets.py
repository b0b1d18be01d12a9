import hashlib
import secrets
import uuid
import zlib

assert hashlib.sha256(b"x").hexdigest().startswith("2d711642")
assert len({secrets.token_hex(8) for _ in range(100)}) == 100
assert uuid.uuid4() != uuid.uuid4()
assert zlib.crc32(b"x") == 2363233923
