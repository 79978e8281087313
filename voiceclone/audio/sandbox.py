"""Give up everything a decoder does not need, so that a bug in a codec finds nothing to steal (Linux, no root needed).

Three walls, and each holds without the others: resource limits, Landlock (no path may be opened, no TCP port used, no
other process signalled) and a seccomp filter that knows only the calls on a short list. Landlock and seccomp are best
effort: `lock_down` says which of them this kernel gave, so that a system check can warn.

Sources: landlock(7), seccomp(2), prctl(2). Standard library only: the decoder child imports this before anything else.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys

# From <linux/prctl.h>.
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SECCOMP_MODE_FILTER = 2

# Landlock's calls have the same numbers on every architecture.
SYS_LANDLOCK_CREATE_RULESET, SYS_LANDLOCK_RESTRICT_SELF = 444, 446
LANDLOCK_CREATE_RULESET_VERSION = 1
# How many file rights each version of Landlock's interface knows; all of them are taken away.
LANDLOCK_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
LANDLOCK_FILE_RIGHTS_NOW = 16
LANDLOCK_NET_TCP = 0b11  # bind and connect
LANDLOCK_SCOPE = 0b11  # abstract sockets and signals

# AUDIT_ARCH_* and the column of ALLOWED_CALLS, by what uname calls the machine.
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

# Everything a decode needs once its files are open: (number on x86_64, number on aarch64), None where there is none.
# What is missing is the point: no open, socket, clone, execve, kill, ptrace, unlink, rename, chmod, prlimit, ioctl.
ALLOWED_CALLS: dict[str, tuple[int | None, int | None]] = {
    # the files that are open already
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "lseek": (8, 62),
    "sendfile": (40, 71),
    "fstat": (5, 80),
    "newfstatat": (262, 79),  # glibc's fstat; what it leaves open is asking whether a path exists
    "close": (3, 57),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    # memory
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    # the locks and clocks of the C library and of Python
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "membarrier": (324, 283),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "times": (100, 153),
    "getrusage": (98, 165),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getrandom": (318, 278),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    # the way out
    "exit": (60, 93),
    "exit_group": (231, 94),
}
# Allowed too, but never for memory that can be executed: injected bytes stay bytes.
ALLOWED_WITHOUT_EXECUTE: dict[str, tuple[int, int]] = {"mmap": (9, 222), "mprotect": (10, 226)}
PROT_EXEC = 4

# One instruction of classic BPF: (operation, jump if true, jump if false, constant). Offsets: struct seccomp_data.
LOAD, JUMP_IF_EQUAL, JUMP_IF_BIT_SET, RETURN = 0x20, 0x15, 0x45, 0x06
AT_SYSCALL_NUMBER, AT_ARCHITECTURE, AT_THIRD_ARGUMENT = 0, 4, 32
KILL_PROCESS, FAIL_WITH_EPERM, ALLOW = 0x80000000, 0x00050001, 0x7FFF0000
Instruction = tuple[int, int, int, int]


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the thread that started it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def limit_resources(*, memory_mb: int, cpu_seconds: int, file_bytes: int) -> None:
    """Cap address space, CPU time, the size of any file written and the number of open files; forbid core dumps.

    At `cpu_seconds` the kernel sends SIGXCPU, two seconds later SIGKILL.
    """
    limits = {
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_AS: (memory_mb << 20, memory_mb << 20),
        resource.RLIMIT_CPU: (cpu_seconds, cpu_seconds + 2),
        resource.RLIMIT_FSIZE: (file_bytes, file_bytes),
        resource.RLIMIT_NOFILE: (32, 32),
    }
    for kind, (soft, hard) in limits.items():
        # The operator's own limit may be lower already.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (soft, hard))


def lock_down() -> list[str]:
    """Shut this process in for the rest of its life; return the walls that stand, e.g. ["landlock7", "seccomp"].

    Nothing can be opened, started or sent afterwards: open every file and import every module before.
    """
    if sys.platform != "linux":
        return []
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # both walls require it of a process that is not root
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # no other process of this user may look into our memory
    walls = [_forbid_paths(libc), _forbid_system_calls(libc)]
    return [wall for wall in walls if wall]


def _forbid_paths(libc: ctypes.CDLL) -> str | None:
    """Enter a Landlock ruleset without a single rule: every right it handles is refused."""
    version = libc.syscall(
        SYS_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(LANDLOCK_CREATE_RULESET_VERSION)
    )
    if version < 1:
        return None
    handled = [(1 << LANDLOCK_FILE_RIGHTS.get(version, LANDLOCK_FILE_RIGHTS_NOW)) - 1]
    if version >= 4:
        handled.append(LANDLOCK_NET_TCP)
    if version >= 6:
        handled.append(LANDLOCK_SCOPE)
    attributes = struct.pack(f"{len(handled)}Q", *handled)
    ruleset = libc.syscall(
        SYS_LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0)
    )
    if ruleset < 0:
        return None
    failed = libc.syscall(SYS_LANDLOCK_RESTRICT_SELF, ruleset, ctypes.c_uint32(0))
    os.close(ruleset)
    return None if failed else f"landlock{version}"


def _forbid_system_calls(libc: ctypes.CDLL) -> str | None:
    """Install a filter under which every call that is not on the list above fails with EPERM."""
    if os.uname().machine not in ARCHITECTURES:
        return None
    instructions = _filter_program(*ARCHITECTURES[os.uname().machine])
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *instruction) for instruction in instructions))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(instructions), ctypes.addressof(code)))
    failed = libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.c_ulong(ctypes.addressof(program)), 0, 0)
    return None if failed else "seccomp"


def _filter_program(architecture: int, column: int) -> list[Instruction]:
    """The list as a program; straight-line pairs "is it this one? then allow", because BPF can only jump forward."""
    program: list[Instruction] = [
        (LOAD, 0, 0, AT_ARCHITECTURE),
        (JUMP_IF_EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL_PROCESS),  # 32-bit calls have other numbers: nobody honest makes them here
        (LOAD, 0, 0, AT_SYSCALL_NUMBER),
    ]
    for numbers in ALLOWED_CALLS.values():
        number = numbers[column]
        if number is not None:
            program += [(JUMP_IF_EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    for memory_numbers in ALLOWED_WITHOUT_EXECUTE.values():
        program += [
            (JUMP_IF_EQUAL, 0, 4, memory_numbers[column]),
            (LOAD, 0, 0, AT_THIRD_ARGUMENT),
            (JUMP_IF_BIT_SET, 0, 1, PROT_EXEC),
            (RETURN, 0, 0, FAIL_WITH_EPERM),
            (RETURN, 0, 0, ALLOW),
        ]
    return [*program, (RETURN, 0, 0, FAIL_WITH_EPERM)]
