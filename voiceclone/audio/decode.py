"""Turn an untrusted recording into clean sound: 24 kHz, mono, 16 bit, FLAC.

The one way in for other people's bytes. Native code reads them only in a child process that can open nothing, send
nothing and start nothing (`decoder_child.py`, `sandbox.py`); what comes back is bare numbers, written here under a
header of our own, so no tag, place, picture or script of the original survives.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import logging
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from voiceclone.audio import encode, sniff
from voiceclone.audio.refusals import DEFAULT_LIMITS, DecodeError, DecodeLimits, refusal

__all__ = ["SAMPLE_RATE", "DecodeError", "DecodeLimits", "Decoded", "decode"]

log = logging.getLogger(__name__)

SAMPLE_RATE = 24000  # Hz, of every recording we keep as a sample
SILENT_BELOW_DBFS = -60.0
CHILD_PROGRAM = Path(__file__).with_name("decoder_child.py")
PIPE_BYTES = 65536  # what Linux holds for us; the child's honest reply is under 300

# A decode is mostly CPU: more than two at once only make everyone wait longer.
_turns = threading.BoundedSemaphore(2)

Waveform = npt.NDArray[np.int16]
Reply = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the recording was, and how loud it came out. `peak` and `rms` are of full scale, 0…1."""

    seconds: float
    container: str
    codec: str
    source_rate: int
    source_channels: int
    peak: float
    rms: float
    sandbox: tuple[str, ...]  # the walls that stood around the child, e.g. ("landlock7", "seccomp")


def decode(
    source: Path, target: Path, limits: DecodeLimits = DEFAULT_LIMITS, sample_rate: int = SAMPLE_RATE
) -> Decoded:
    """Read the recording `source` and write it to `target` as FLAC; `target` appears whole or not at all.

    Raises DecodeError for everything that can be wrong with the recording, and for a full disk. Waits for its turn: two
    run at a time in one process. Safe to call from threads.
    """
    with _turns, open(source, "rb", buffering=0, opener=_open_plain_file) as recording:
        size = os.fstat(recording.fileno()).st_size
        if size == 0:
            raise refusal("empty", limits)
        if size > limits.max_bytes:
            raise refusal("too_big", limits, {"bytes": size})
        try:
            # The samples' file has no name: even a power cut leaves nothing of the person's voice behind.
            with tempfile.TemporaryFile(dir=target.parent) as samples:
                reply = _run_child(recording, samples, limits, sample_rate)
                if reply["code"] != "ok":
                    raise _explained(reply, recording, limits)
                waveform = _read_samples(samples, limits, sample_rate)
            return _accept(waveform, reply, target, limits, sample_rate)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise refusal("disk_full", limits) from error
            raise


def _open_plain_file(path: str, flags: int) -> int:
    """Open without following a link at the end of the path; refuse what is not a plain file (a pipe would wait)."""
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a plain file", path)
    return descriptor


def _run_child(recording: IO[bytes], samples: IO[bytes], limits: DecodeLimits, sample_rate: int) -> Reply:
    """Start the child, wait for it, and return its reply, or the code of how it ended instead."""
    order = {
        "output": samples.fileno(),
        "sample_rate": sample_rate,
        "max_bytes": limits.max_bytes,
        "max_seconds": limits.max_seconds,
        "cpu_seconds": limits.cpu_seconds,
        "memory_mb": limits.memory_mb,
    }
    # No secret of ours is in an environment that is empty; some builds of Python do not start without this one.
    environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    child = subprocess.Popen(
        [sys.executable, "-I", "-B", str(CHILD_PROGRAM), json.dumps(order)],
        stdin=recording,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/",
        pass_fds=(samples.fileno(),),
        start_new_session=True,
    )
    assert child.stdout is not None
    with child.stdout as reply_pipe:
        try:
            status = child.wait(limits.wall_seconds)
        except subprocess.TimeoutExpired:
            return {"code": "timeout"}
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # the group: a kernel without seccomp would let it have children
            child.wait()
        # Read what is there and no more: nobody who still holds the pipe can make us wait or fill our memory.
        os.set_blocking(reply_pipe.fileno(), False)
        try:
            answer = os.read(reply_pipe.fileno(), PIPE_BYTES)
        except BlockingIOError:
            answer = b""
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return {"code": "cpu"}
    if status != 0:
        return {"code": "crashed", "fault": f"status {status}"}
    return _checked(answer)


_FACT_TYPES: dict[str, tuple[type, ...]] = {
    "code": (str,),
    "container": (str,),
    "codec": (str, type(None)),
    "source_rate": (int,),
    "source_channels": (int,),
    "sandbox": (list,),
    "has_video": (bool,),
    "runs_seconds": (float, int, type(None)),
    "fault": (str,),
}
_FACTS_NEEDED = {
    "ok": {"container", "codec", "source_rate", "source_channels", "sandbox"},
    "bad_header": {"source_rate", "source_channels"},
}
_WORD = re.compile(r"[A-Za-z0-9_]{1,32}")


def _checked(answer: bytes) -> Reply:
    """The child's reply if it has the agreed shape: a codec's bug may have made the child an enemy."""
    malformed = {"code": "error", "fault": "malformed reply"}
    try:
        reply = json.loads(answer)
    except (ValueError, RecursionError):
        return malformed
    if not isinstance(reply, dict) or "code" not in reply:
        return malformed
    if not all(name in _FACT_TYPES and isinstance(value, _FACT_TYPES[name]) for name, value in reply.items()):
        return malformed
    words = [value for value in reply.values() if isinstance(value, str)] + reply.get("sandbox", [])
    if not all(isinstance(word, str) and _WORD.fullmatch(word) for word in words):
        return malformed
    if not _FACTS_NEEDED.get(reply["code"], set()) <= reply.keys():
        return malformed
    return reply


def _explained(reply: Reply, recording: IO[bytes], limits: DecodeLimits) -> DecodeError:
    """The error for a reply other than "ok"; what may be a fault of ours is logged with the recording's SHA-256."""
    code = reply["code"]
    recording.seek(0)
    if code in ("crashed", "error"):
        digest = hashlib.sha256(recording.read()).hexdigest()
        log.error("decoding failed: code=%s fault=%s sha256=%s", code, reply.get("fault", ""), digest)
    if code in ("unsupported", "empty", "no_audio", "damaged"):
        recording.seek(0)
        description = sniff.describe(recording.read(4096))
        if description:
            return refusal("unsupported", limits, {"description": description})
    return refusal(code, limits, {"bytes": os.fstat(recording.fileno()).st_size, **reply})


def _read_samples(samples: IO[bytes], limits: DecodeLimits, sample_rate: int) -> Waveform:
    """The child's bare samples, shape (n,), as int16; never more than the limit, whatever the child wrote."""
    samples.seek(0)
    most = int((limits.max_seconds + 2) * sample_rate) * 2
    content = samples.read(most)
    return np.frombuffer(content[: len(content) // 2 * 2], dtype="<i2")


def _accept(waveform: Waveform, reply: Reply, target: Path, limits: DecodeLimits, sample_rate: int) -> Decoded:
    """Check the sound itself, save it and say what it was."""
    seconds = waveform.size / sample_rate
    if not waveform.size:
        raise refusal("empty", limits, {"bytes": 1})
    if seconds < limits.min_seconds:
        raise refusal("too_short", limits, {"seconds": seconds})
    level = waveform.astype(np.float64) / 32768
    peak, rms = float(np.abs(level).max()), float(np.sqrt(np.mean(level**2)))
    if peak < 10 ** (SILENT_BELOW_DBFS / 20):
        raise refusal("silent", limits)
    _write_whole(target, encode.encode_pcm16(waveform, sample_rate, format="flac"))
    return Decoded(
        seconds=round(seconds, 3),
        container=reply["container"],
        codec=reply["codec"],
        source_rate=reply["source_rate"],
        source_channels=reply["source_channels"],
        peak=round(peak, 4),
        rms=round(rms, 5),
        sandbox=tuple(reply["sandbox"]),
    )


def _write_whole(target: Path, content: bytes) -> None:
    """Write `content` beside `target` and rename it there, so that nobody ever sees half of it."""
    descriptor, name = tempfile.mkstemp(prefix=".decoding-", dir=target.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(0o640)
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink()
        raise
