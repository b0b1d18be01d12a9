import pathlib
import shutil
import tempfile

with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile("w+", suffix=".csv") as file:
    file.write("a,b\n")
    file.flush()
    shutil.copy(file.name, pathlib.Path(folder) / "copy.csv")
    assert pathlib.Path(folder, "copy.csv").read_text() == "a,b\n"
spooled = tempfile.SpooledTemporaryFile(max_size=10)
spooled.write(b"x" * 1000)
spooled.seek(0)
assert len(spooled.read()) == 1000
spooled.close()
