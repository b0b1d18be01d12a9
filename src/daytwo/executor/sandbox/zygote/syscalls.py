"""System call numbers of x86-64 and arm64, and the groups that a sandbox refuses.  Data, and nothing else.

Source: the kernel's own tables (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).  From 424
on the two agree.  A call that one architecture lacks is left out of its table.
"""

from __future__ import annotations

NEWEST_KNOWN = 450
"""Above this number a call is `ENOSYS`: what we have not read about, we do not let through."""

_SHARED = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "clone3": 435,
    "close_range": 436,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
    "quotactl_fd": 443,
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
    "memfd_secret": 447,
    "process_mrelease": 448,
    "set_mempolicy_home_node": 450,
}

_X86_64 = """
ioctl 16 mincore 27 shmget 29 shmat 30 shmctl 31 socket 41 connect 42 accept 43 bind 49 listen 50 socketpair 53 clone
56 semget 64 semop 65 semctl 66 shmdt 67 msgget 68 msgsnd 69 msgrcv 70 msgctl 71 fcntl 72 flock 73 sysinfo 99 ptrace
101 syslog 103 setuid 105 setgid 106 setreuid 113 setregid 114 setgroups 116 setresuid 117 setresgid 119 setfsuid 122
setfsgid 123 capset 126 mknod 133 uselib 134 personality 135 ustat 136 statfs 137 fstatfs 138 sysfs 139 setpriority
141 sched_setparam 142 sched_setscheduler 144 mlock 149 mlockall 151 vhangup 153 modify_ldt 154 pivot_root 155 _sysctl
156 prctl 157 adjtimex 159 chroot 161 acct 163 settimeofday 164 mount 165 umount2 166 swapon 167 swapoff 168 reboot
169 sethostname 170 setdomainname 171 iopl 172 ioperm 173 create_module 174 init_module 175 delete_module 176
get_kernel_syms 177 query_module 178 quotactl 179 nfsservctl 180 readahead 187 sched_setaffinity 203 io_setup 206
io_destroy 207 io_getevents 208 io_submit 209 io_cancel 210 lookup_dcookie 212 remap_file_pages 216 semtimedop 220
fadvise64 221 clock_settime 227 vserver 236 mbind 237 set_mempolicy 238 get_mempolicy 239 mq_open 240 mq_unlink 241
mq_timedsend 242 mq_timedreceive 243 mq_notify 244 mq_getsetattr 245 kexec_load 246 add_key 248 request_key 249 keyctl
250 ioprio_set 251 inotify_init 253 inotify_add_watch 254 inotify_rm_watch 255 migrate_pages 256 mknodat 259 unshare
272 vmsplice 278 move_pages 279 accept4 288 inotify_init1 294 perf_event_open 298 fanotify_init 300 fanotify_mark 301
prlimit64 302 name_to_handle_at 303 open_by_handle_at 304 clock_adjtime 305 setns 308 process_vm_readv 310
process_vm_writev 311 kcmp 312 finit_module 313 sched_setattr 314 seccomp 317 memfd_create 319 kexec_file_load 320 bpf
321 userfaultfd 323 mlock2 325 preadv2 327 pwritev2 328 pkey_mprotect 329 pkey_alloc 330 pkey_free 331 io_pgetevents
333
"""

_ARM64 = """
io_setup 0 io_destroy 1 io_submit 2 io_cancel 3 io_getevents 4 lookup_dcookie 18 fcntl 25 inotify_init1 26
inotify_add_watch 27 inotify_rm_watch 28 ioctl 29 ioprio_set 30 flock 32 mknodat 33 umount2 39 mount 40 pivot_root 41
nfsservctl 42 statfs 43 fstatfs 44 chroot 51 vhangup 58 quotactl 60 vmsplice 75 acct 89 capset 91 personality 92
unshare 97 kexec_load 104 init_module 105 delete_module 106 clock_settime 112 syslog 116 ptrace 117 sched_setparam 118
sched_setscheduler 119 sched_setaffinity 122 setpriority 140 reboot 142 setregid 143 setgid 144 setreuid 145 setuid
146 setresuid 147 setresgid 149 setfsuid 151 setfsgid 152 setgroups 159 sethostname 161 setdomainname 162 prctl 167
settimeofday 170 adjtimex 171 sysinfo 179 mq_open 180 mq_unlink 181 mq_timedsend 182 mq_timedreceive 183 mq_notify 184
mq_getsetattr 185 msgget 186 msgctl 187 msgrcv 188 msgsnd 189 semget 190 semctl 191 semtimedop 192 semop 193 shmget
194 shmctl 195 shmat 196 shmdt 197 socket 198 socketpair 199 bind 200 listen 201 accept 202 connect 203 readahead 213
add_key 217 request_key 218 keyctl 219 clone 220 fadvise64 223 swapon 224 swapoff 225 mlock 228 mlockall 230 mincore
232 remap_file_pages 234 mbind 235 get_mempolicy 236 set_mempolicy 237 migrate_pages 238 move_pages 239
perf_event_open 241 accept4 242 prlimit64 261 fanotify_init 262 fanotify_mark 263 name_to_handle_at 264
open_by_handle_at 265 clock_adjtime 266 setns 268 process_vm_readv 270 process_vm_writev 271 kcmp 272 finit_module 273
sched_setattr 274 seccomp 277 memfd_create 279 bpf 280 userfaultfd 282 mlock2 284 preadv2 286 pwritev2 287
pkey_mprotect 288 pkey_alloc 289 pkey_free 290 io_pgetevents 292 kexec_file_load 294
"""

REFUSED_GROUPS: dict[str, str] = {
    "namespaces": "unshare setns",
    "mounts": "mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr",
    "other processes' memory and files": (
        "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd"
    ),
    "the kernel itself": (
        "init_module finit_module delete_module create_module get_kernel_syms query_module kexec_load "
        "kexec_file_load reboot swapon swapoff syslog _sysctl sysfs ustat uselib nfsservctl vserver acct "
        "vhangup iopl ioperm modify_ldt quotactl quotactl_fd lookup_dcookie"
    ),
    "programmable kernel": (
        "bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register io_setup io_destroy "
        "io_getevents io_submit io_cancel io_pgetevents vmsplice remap_file_pages"
    ),
    "quiet channels: figures and events of the whole machine, files that all sandboxes see": (
        "statfs fstatfs sysinfo fadvise64 readahead inotify_init inotify_init1 inotify_add_watch inotify_rm_watch flock"
    ),
    "keys": "add_key request_key keyctl pkey_mprotect pkey_alloc pkey_free",
    "hidden or unaccounted memory": (
        "memfd_create memfd_secret mlock mlock2 mlockall shmget shmat shmctl shmdt semget semop semctl "
        "semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify "
        "mq_getsetattr mincore"
    ),
    "placement and priority": (
        "mbind set_mempolicy get_mempolicy set_mempolicy_home_node migrate_pages move_pages sched_setaffinity "
        "sched_setparam sched_setscheduler sched_setattr setpriority ioprio_set"
    ),
    "clocks and names": "settimeofday adjtimex clock_settime clock_adjtime sethostname setdomainname",
    "files by handle, whole file systems": "name_to_handle_at open_by_handle_at fanotify_init fanotify_mark",
    "devices": "mknod mknodat",
    "identity": ("setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset personality"),
    "the lock itself": "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self",
    "network": "socket bind listen accept accept4 connect",
}
"""Each of these answers `EPERM`."""

ABSENT = ("clone3",)
"""These answer `ENOSYS`, so that libc falls back to a call whose arguments a filter can read."""


class UnknownArchitecture(LookupError):
    """There is no table for this machine."""


def numbers(machine: str) -> dict[str, int]:
    """Name → number on a machine, as `uname` names it.

    Raises:
        UnknownArchitecture: for anything but x86-64 and arm64.
    """
    texts = {"x86_64": _X86_64, "aarch64": _ARM64}
    if machine not in texts:
        raise UnknownArchitecture(machine)
    words = texts[machine].split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True)) | _SHARED
