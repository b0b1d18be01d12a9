import gzip
import io
import lzma
import tarfile
import zipfile
import bz2

with zipfile.ZipFile("/workspace/a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("x.txt", "hello" * 1000)
assert zipfile.ZipFile("/workspace/a.zip").read("x.txt").startswith(b"hello")
for module in (gzip, bz2, lzma):
    assert module.decompress(module.compress(b"data" * 100)) == b"data" * 100
with tarfile.open("/workspace/a.tar.gz", "w:gz") as tar:
    tar.add("/workspace/a.zip", "a.zip")
assert tarfile.open("/workspace/a.tar.gz").getnames() == ["a.zip"]
