"""The child that reads a recording is not trusted: what it says is checked, and what it may do is next to nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.audio.conftest import PROJECT, in_another_python, recorded
from voiceclone.audio import decode as decode_module

# ---- what it says


def run_instead(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> None:
    """Put a program in the child's place, as if a bug in a codec had let someone take it over."""
    script = folder / "taken_over.py"
    script.write_text("import json, os, signal, sys, time\noutput = json.loads(sys.argv[1])['output']\n" + program)
    monkeypatch.setattr(decode_module, "CHILD_PROGRAM", script)


HONEST_REPLY = (
    '{"code": "ok", "container": "wav", "codec": "flac", "source_rate": 1, "source_channels": 1, "sandbox": []}'
)
REPLIES = {
    "nothing": "",
    "no JSON": "os.write(1, b'{')",
    "a list": "os.write(1, b'[]')",
    "no code": "os.write(1, b'{}')",
    "missing facts": """os.write(1, b'{"code": "ok"}')""",
    "missing numbers": """os.write(1, b'{"code": "bad_header"}')""",
    "markup for a codec": """os.write(1, b'{"code": "codec", "codec": "<script>"}')""",
    "an unknown fact": """os.write(1, b'{"code": "codec", "sentence": "Call this number"}')""",
    "an unknown code": """os.write(1, b'{"code": "send_money"}')""",
    "nested too deeply": "os.write(1, b'[' * 50000)",
}


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_that_was_not_agreed_is_a_fault_of_ours(reply, monkeypatch, tmp_path, refused):
    run_instead(monkeypatch, tmp_path, REPLIES[reply])
    error = refused(b"anything")
    assert (error.code, str(error)) == (
        "error",
        "The recording could not be read because of a fault on our side. Please try again.",
    )


def test_a_child_that_crashes_is_reported_and_logged(monkeypatch, tmp_path, refused, caplog):
    run_instead(monkeypatch, tmp_path, "os.kill(os.getpid(), signal.SIGSEGV)")
    assert refused(b"anything").code == "crashed"
    assert "sha256=ee0874170b7f6f32b8c2ac9573c428d35b575270a66b757c2c0185d2bd09718d" in caplog.text


def test_a_child_that_waits_for_ever_or_floods_us_is_ended(monkeypatch, tmp_path, refused):
    run_instead(monkeypatch, tmp_path, "os.close(1)\nsignal.pause()")
    assert refused(b"anything", wall_seconds=0.5).code == "timeout"
    run_instead(monkeypatch, tmp_path, "while True: os.write(1, b'x' * 65536)")
    assert refused(b"anything", wall_seconds=0.5).code == "timeout"


def test_a_grandchild_that_holds_the_pipe_keeps_nobody_waiting(monkeypatch, tmp_path, refused):
    run_instead(monkeypatch, tmp_path, "os.fork() or signal.pause()")
    assert refused(b"anything").code == "error"


def test_samples_past_the_limit_are_never_read(monkeypatch, tmp_path, decoded):
    program = f"os.write(output, b'\\x10\\x20' * 24000 * 60 + b'!')\nos.write(1, {HONEST_REPLY.encode()!r})"
    run_instead(monkeypatch, tmp_path, program)
    assert decoded(b"anything", max_seconds=4.0)[0].seconds <= 6


# ---- what it may do


PROBES = """
import ctypes, json, os, socket, sys, threading, mmap
sys.path.append(sys.argv[1])
from voiceclone.audio import sandbox
parent = os.getppid()
sandbox.limit_resources(memory_mb=512, cpu_seconds=10, file_bytes=1 << 20)
walls = sandbox.lock_down()
probes = {
    "read a file": lambda: open(sys.argv[1] + "/manage.py"),
    "read the passwords": lambda: open("/etc/passwd"),
    "read own environment": lambda: open("/proc/self/environ"),
    "write a file": lambda: open(sys.argv[2] + "/escaped", "w"),
    "list a folder": lambda: os.listdir(sys.argv[2]),
    "make a folder": lambda: os.mkdir(sys.argv[2] + "/escaped"),
    "remove a file": lambda: os.unlink(sys.argv[2] + "/bait"),
    "rename a file": lambda: os.rename(sys.argv[2] + "/bait", sys.argv[2] + "/moved"),
    "change a mode": lambda: os.chmod(sys.argv[2] + "/bait", 0o777),
    "make a link": lambda: os.symlink("/", sys.argv[2] + "/link"),
    "open a TCP socket": lambda: socket.socket(),
    "open a UDP socket": lambda: socket.socket(type=socket.SOCK_DGRAM),
    "open a Unix socket": lambda: socket.socket(socket.AF_UNIX),
    "fork": lambda: os.fork() or os._exit(0),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "start a thread": lambda: threading.Thread(target=print).start(),
    "signal the parent": lambda: os.kill(parent, 0),
    "make memory executable": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
    "take 2 GB": lambda: bytearray(2 << 30),
    "raise a limit": lambda: __import__("resource").setrlimit(7, (64, 64)),
}
allowed = []
for name, probe in probes.items():
    try:
        probe()
        allowed.append(name)
    except (OSError, MemoryError, RuntimeError, ValueError):
        pass
if ctypes.CDLL(None).ptrace(16, parent, 0, 0) == 0:
    allowed.append("trace the parent")
os.write(1, json.dumps({"walls": walls, "allowed": allowed, "environment": dict(os.environ)}).encode())
os._exit(0)
"""


def test_code_that_takes_over_the_child_can_do_nothing_with_it(tmp_path):
    (tmp_path / "bait").write_text("")
    result = subprocess.run(
        [sys.executable, "-I", "-B", "-c", PROBES, str(PROJECT), str(tmp_path)],
        env={},
        capture_output=True,
        check=True,
    )
    seen = json.loads(result.stdout)
    if "seccomp" not in seen["walls"]:
        pytest.skip("this kernel has no seccomp filter")
    assert seen["allowed"] == []
    assert [file.name for file in tmp_path.iterdir()] == ["bait"]


def test_the_walls_stand_around_a_real_decode(decoded):
    result, _ = decoded(recorded("mp3", "libmp3lame"))
    if not result.sandbox:
        pytest.skip("this kernel has neither Landlock nor seccomp")
    assert "seccomp" in result.sandbox


def test_the_child_loads_nothing_it_does_not_need():
    program = """
        import runpy, sys
        runpy.run_path(sys.argv[1], run_name="looked at")
        print([name for name in ("numpy", "scipy", "django", "soxr") if name in sys.modules])
    """
    assert in_another_python(program, decode_module.CHILD_PROGRAM).strip() == "[]"


def test_the_child_gets_no_environment(monkeypatch, tmp_path, refused):
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    seen = tmp_path / "seen"
    run_instead(monkeypatch, tmp_path, f"open({str(seen)!r}, 'w').write(repr(dict(os.environ)))")
    refused(b"anything")
    assert "hunter2" not in seen.read_text()
