"""The launcher: a small process of its own that isolates itself step by step and then becomes a program's parent.

It is started as `python -I -S …/launcher`, so it sees the standard library and nothing else: nothing in this folder
may import from the rest of daytwo, only from its siblings and the standard library.

```
executor ── order ──▶ outer process          `launch`: opens what is mounted, gives up root, new user and pid namespace
                        └─ first process      `first`: the other namespaces, the tree, the lock; reaps what it is left
                             └─ program       Python again, by execve, with four open files
```
The outer process dies with the executor, the first process with the outer one, and the kernel then kills the rest.
Each set-up failure is a `Refused`, reported on a pipe that the program never holds.
"""
