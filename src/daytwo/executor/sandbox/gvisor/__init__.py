"""The tier `strong`: gVisor's `runsc`, which answers a program's system calls itself; the host's kernel hears few.

```
executor ── run ──▶ keeper        `keeper`: on the host; stages the tree, sorts what comes out, watches, kills
                      └─ runsc      its sandbox and its gofer end with it, and it with the keeper
                           └─ init     `inside`: the first process in gVisor; reaps, tells the streams apart
                                └─ program   under the same system call filter as in the tier `standard`
```
One keeper and one sandbox for each execution: nothing is warm, nothing is shared.  runsc passes no more than three open
files, so `init` holds the program's pipes and writes frames to its own standard output, which the program never holds;
the keeper sorts them into the same pipes that an execution of the tier `standard` has.

Keeper and init see the standard library and the folder `zygote`, whose kernel, trees and filter they share.
"""
