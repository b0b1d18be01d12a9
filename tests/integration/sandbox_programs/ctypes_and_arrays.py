import array
import ctypes
import mmap
import struct

assert ctypes.CDLL(None).abs(-3) == 3
assert struct.unpack("<if", struct.pack("<if", 1, 2.0)) == (1, 2.0)
assert sum(array.array("d", [1, 2, 3])) == 6
with mmap.mmap(-1, 4096) as view:
    view.write(b"x")
    assert view[:1] == b"x"
callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda n: n + 1)
assert callback(1) == 2
