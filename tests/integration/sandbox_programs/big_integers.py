import math

assert len(str(math.factorial(1000))) == 2568
assert pow(3, 10**6, 10**9 + 7) == 64935414
assert (1 << 4096).bit_length() == 4097
