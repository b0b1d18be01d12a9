"""The zygote: a warm interpreter that forks one locked, single-use child for each execution, and who keeps it.

```
executor ── plan, runs ──▶ keeper         `keeper`: on the host; opens what is mounted, holds the pool, watches, kills
                             └─ warden     `birth`: gives up root; parent of the pid namespace, nothing more
                                  └─ zygote    `birth`, then Python again inside the tree, `warm`: imports once, forks
                                       └─ init      `child`: namespaces, /proc, scratch, cgroup; reaps what it is left
                                            └─ program   `child`: locked, parked; gets its order; runs; ends
```
Each dies with the one above it.  The keeper holds the privileges that a run needs (its data is mounted into a parked
child's mount namespace from outside, before the child hears of it), the zygote those that a child's namespaces need;
the child has none when it parks.

This folder is shown inside the tree and started as `python -I -S …/zygote`, so it sees the standard library and
nothing else: nothing in it may import from the rest of daytwo, only from its siblings and the standard library.  Each
set-up failure is a `Refused`, reported on pipes and sockets that no program ever holds.
"""
