import os
import pathlib
import shutil

top = pathlib.Path("/workspace/tree")
(top / "a" / "b").mkdir(parents=True)
(top / "a" / "b" / "f.txt").write_text("x", encoding="utf-8")
os.symlink("f.txt", top / "a" / "b" / "link")
assert sorted(p.name for p in top.rglob("*")) == ["a", "b", "f.txt", "link"]
(top / "a").rename(top / "c")
os.chmod(top / "c" / "b" / "f.txt", 0o600)
assert (top / "c" / "b" / "link").resolve().name == "f.txt"
shutil.copytree(top, "/workspace/copy", symlinks=True)
shutil.rmtree(top)
assert os.path.getsize("/workspace/copy/c/b/f.txt") == 1
