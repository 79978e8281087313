"""How long the server takes for a submit and a poll: the time inside a real `serve`, without the network.

    python benchmarks/api.py [COUNT]

Starts a studio of its own with one voice, sends COUNT (300) submits and polls over one kept connection from one
client, and prints the median and the 95th percentile of the time from the last byte sent to the first byte received,
and the processor time of the web server for each, which a busy machine does not change. Loopback adds about 0.1 ms; a
worker speaks meanwhile, as in life.
"""

from __future__ import annotations

import http.client
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import benchmarks  # noqa: E402, F401
from tests.studio import Studio, wait_for  # noqa: E402

TARGETS = {"submit": 50.0, "poll": 10.0}  # milliseconds
VOICE = "BenchmarkVoice-1"


class Caller:
    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def timed(self, method: str, path: str, body: Any = None) -> tuple[float, Any]:
        """Milliseconds to the first byte of the answer, and its data."""
        self.connection.request(method, path, json.dumps(body) if body is not None else None, self.headers)
        sent = time.perf_counter()
        answer = self.connection.getresponse()
        took = (time.perf_counter() - sent) * 1000
        told = json.loads(answer.read())
        assert answer.status == 200, told
        return took, told["data"]


def prepare(studio: Studio) -> Caller:
    """A key, and a voice made from the project's own synthesised sample."""
    command = [sys.executable, str(ROOT / "manage.py"), "createapikey", "bench@example.org"]
    made = subprocess.run(command, env=studio.environment, capture_output=True, text=True, check=True)
    caller = Caller(studio.port, made.stdout.splitlines()[-1])
    code = (
        "from voiceclone.accounts.models import User; from voiceclone.cloning.demo import demo_sample;"
        "from voiceclone.cloning.submit import submit; u = User.objects.get(email='bench@example.org');"
        f"submit(u, demo_sample(u), {{'custom_voice_id': '{VOICE}', 'text': 'Hi.', 'language_boost': 'auto'}})"
    )
    shell = [sys.executable, str(ROOT / "manage.py"), "shell", "-c", code]
    subprocess.run(shell, env=studio.environment, check=True, capture_output=True)
    wait_for(lambda: caller.timed("GET", f"/api/v3/voices/{VOICE}")[1]["is_usable"] or None, "the voice", 120)
    return caller


def processor_ms(studio: Studio) -> float:
    """What the web server's processes have used so far."""
    return sum(sum(process.cpu_times()[:2]) for process in studio.processes("web")) * 1000


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        free = {"API_TASKS_IN_FLIGHT": "0", "API_REQUESTS_PER_MINUTE": "1000000"}
        with Studio(Path(folder) / "data", variables=free) as studio:
            studio.wait_until_healthy()
            caller = prepare(studio)
            body = {"text": "Hello.", "voice_id": VOICE}
            marks = [processor_ms(studio)]
            submits = [caller.timed("POST", "/api/v3/minimax/speech-02-hd", body) for _ in range(count)]
            marks.append(processor_ms(studio))
            path = f"/api/v3/predictions/{submits[-1][1]['id']}/result"
            polls = [caller.timed("GET", path) for _ in range(count)]
            marks.append(processor_ms(studio))
    used = [(after - before) / count for before, after in itertools.pairwise(marks)]
    for name, runs, processor in (("submit", submits, used[0]), ("poll", polls, used[1])):
        times = sorted(took for took, _ in runs)
        late = times[int(len(times) * 0.95)]
        median = statistics.median(times)
        found = f"median {median:.1f} ms, 95 % {late:.1f} ms, processor {processor:.1f} ms"
        print(f"{name}: {found} (aim: {TARGETS[name]:g} ms)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
