"""`manage.py serve`: what it starts, what it says, and that all of it ends, however it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from .studio import Studio, empty_database, free_port, wait_for

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (INFO|WARNING|ERROR) [\w.]+ \S.*")
AMID_A_FINALISER = """
import os, signal
os.environ["DJANGO_SETTINGS_MODULE"] = "voiceclone.settings"
import django
from django.core.management import call_command
from voiceclone.management.commands import serve

class Finalised:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

def prepare(*args, **options):
    Finalised()

django.setup()
serve.call_command = prepare
call_command("serve", port=%d)
"""


@pytest.fixture(scope="module")
def database() -> Iterator[dict[str, str]]:
    with empty_database() as variables:
        yield variables


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, database: dict[str, str]) -> Iterator[Studio]:
    """One that many tests share: whatever they do to it, it heals."""
    with Studio(tmp_path_factory.mktemp("studio") / "data", variables=database) as studio:
        studio.wait_until_healthy()
        yield studio


class TestStart:
    def test_it_says_where_it_is_and_how_to_go_on(self, studio: Studio) -> None:
        said = studio.output()
        assert re.search(rf"^Voiceclone \d\S* is starting at http://localhost:{studio.port}$", said, re.MULTILINE)
        assert f"  Your data lies in {studio.data}\n" in said
        assert "  Make an admin:  python3 manage.py createadmin you@example.org\n" in said

    def test_it_serves_pages_and_their_files(self, studio: Studio) -> None:
        page = studio.get("/")
        assert page is not None
        assert page.status_code == 200
        (stylesheet,) = re.findall(r'href="(/static/css/app\.[^"]+)"', page.text)
        assert studio.status(stylesheet) == 200

    def test_health_names_what_is_alive(self, studio: Studio) -> None:
        assert wait_for(studio.health, "an answer")["status"] == "ok"
        assert studio.health()["workers"] >= 1

    def test_it_runs_one_of_each(self, studio: Studio) -> None:
        assert {kind: bool(studio.one(kind)) for kind in ("web", "worker", "scheduler")} == {
            "web": True,
            "worker": True,
            "scheduler": True,
        }

    def test_the_secret_key_is_kept_for_this_user_alone(self, studio: Studio) -> None:
        if os.environ.get("SECRET_KEY"):
            pytest.skip("this environment brings its own")
        assert (studio.data / "secret_key").stat().st_mode & 0o777 == 0o600
        assert studio.data.stat().st_mode & 0o777 == 0o700

    def test_the_log_is_one_line_an_event(self, studio: Studio) -> None:
        wait_for(lambda: studio.lines("worker started"), "a line of the log")
        _, _, log = studio.output().partition("Stop it with Ctrl-C.\n")
        assert [line for line in log.splitlines() if not LINE.fullmatch(line)] == []


class TestHealing:
    """`kill -9` of any child: another takes its place."""

    def test_a_worker(self, studio: Studio) -> None:
        killed = studio.kill("worker")
        another = studio.wait_for_another("worker", killed)
        wait_for(lambda: studio.lines(f"worker started name={socket.gethostname()[:40]}-{another.pid}"), "its start")
        assert studio.lines("worker 1 ended with -9; starting it again")
        studio.wait_until_healthy()

    def test_the_scheduler(self, studio: Studio) -> None:
        killed = studio.kill("scheduler")
        studio.wait_for_another("scheduler", killed)
        assert studio.lines("scheduler ended with -9; starting it again")

    def test_the_web_server(self, studio: Studio) -> None:
        """Its own workers go with it, and whoever calls meanwhile waits instead of being turned away."""
        before = studio.processes("web")
        killed = studio.kill("web")
        studio.wait_for_another("web", killed)
        assert wait_for(lambda: studio.status("/"), "a page") == 200
        assert not set(before) & set(studio.processes("web"))

    def test_one_of_the_web_servers_workers(self, studio: Studio) -> None:
        master = studio.one("web")
        worker = wait_for(lambda: next(iter(master.children()), None), "gunicorn's worker")
        worker.kill()
        wait_for(lambda: [child for child in master.children() if child != worker], "gunicorn's next worker")
        studio.wait_until_healthy()
        assert studio.one("web") == master


class TestEnd:
    def test_it_ends_all_when_told_to_and_a_restart_keeps_the_secret_key(
        self, tmp_path: Path, database: dict[str, str]
    ) -> None:
        keys = []
        for number in (signal.SIGTERM, signal.SIGINT):
            with Studio(tmp_path / "data", variables=database) as studio:
                studio.wait_until_healthy()
                keys.append((studio.data / "secret_key").read_text())
                assert studio.stop(number) == 0
                assert studio.processes() == []
                assert studio.output().endswith("Stopped.\n")
                assert "ended with" not in studio.output()
                assert "Traceback" not in studio.output()
        assert keys[0] == keys[1]

    def test_kill_9_leaves_nothing_behind(self, tmp_path: Path, database: dict[str, str]) -> None:
        with Studio(tmp_path / "data", variables=database) as studio:
            studio.wait_until_healthy()
            assert len(studio.processes()) >= 5  # itself, gunicorn and its worker, a worker, the scheduler
            studio.process.kill()
            wait_for(lambda: studio.processes() == [], "the end of all its children")

    def test_ctrl_c_while_it_prepares(self, tmp_path: Path, database: dict[str, str]) -> None:
        with Studio(tmp_path / "data", variables=database, prepared=False) as studio:
            wait_for(lambda: (studio.data / ".release.lock").exists(), "the preparation's begin")
            assert studio.stop(signal.SIGINT) == 0
            assert studio.processes() == []
            assert "Traceback" not in studio.output()
        with Studio(tmp_path / "data", variables=database) as studio:  # and the next start goes on from there
            studio.wait_until_healthy()

    def test_ctrl_c_amid_a_finaliser(self, tmp_path: Path) -> None:
        """Where Python can raise nothing it would drop the interrupt and print where."""
        script = tmp_path / "serve.py"
        script.write_text(AMID_A_FINALISER % free_port())
        environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR), "DATA_DIR": str(tmp_path / "data")}
        ended = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, timeout=240)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "Stopped.\n", "")


class TestTwoAtOnce:
    def test_on_an_empty_data_dir(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        with (
            empty_database() as own,
            Studio(data, variables=own, prepared=False) as first,
            Studio(data, variables=own, prepared=False) as second,
        ):
            first.wait_until_healthy()
            second.wait_until_healthy()
            wait_for(lambda: first.health()["workers"] == 2, "each sees the other's worker")
            assert "Traceback" not in first.output() + second.output()
            assert (first.stop(), second.stop()) == (0, 0)
        assert [path.name for path in data.glob(".secret_key*")] == []

    def test_the_second_on_a_port_says_so(self, studio: Studio, tmp_path: Path) -> None:
        with Studio(tmp_path / "other", f"--port={studio.port}") as second:
            assert second.process.wait(240) == 1
            (sentence,) = second.output().splitlines()
            assert sentence == (
                f"CommandError: Cannot listen on 127.0.0.1, port {studio.port}: Address already in use. "
                "Choose another one with --port or --host."
            )

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["--port=0"], "argument --port: invalid port value: '0'"),
            (["--port=99999"], "argument --port: invalid port value: '99999'"),
            (["--host=no.such.host.invalid"], "Cannot listen on no.such.host.invalid, port "),
            (["--host=192.0.2.7"], "Cannot assign requested address. Choose another one with --port or --host."),
        ],
    )
    def test_an_address_that_cannot_be_had(self, tmp_path: Path, arguments: list[str], sentence: str) -> None:
        with Studio(tmp_path / "data", *arguments) as studio:
            assert studio.process.wait(240) != 0
            assert sentence in studio.output().splitlines()[-1]


class TestAddresses:
    def test_everywhere(self, tmp_path: Path, database: dict[str, str]) -> None:
        with Studio(tmp_path / "data", "--host", "0.0.0.0", variables=database) as studio:  # noqa: S104
            studio.wait_until_healthy()
            (line,) = studio.lines("is starting at http://")
            address = line.rpartition("//")[2]
            assert studio.status("/", Host=address) == 200
            assert studio.status("/", Host=f"{socket.gethostname()}.local:{studio.port}") == 200
            assert studio.status("/", Host="elsewhere.example.org") == 400

    def test_a_site_url(self, tmp_path: Path, database: dict[str, str]) -> None:
        with Studio(tmp_path / "data", variables={**database, "SITE_URL": "http://voices.test:81"}) as studio:
            studio.wait_until_healthy()
            assert studio.lines(f"is starting at http://voices.test:81, listening on http://localhost:{studio.port}")
            assert studio.status("/", Host="voices.test:81") == 200
            assert studio.status("/", Host="elsewhere.example.org") == 400

    @pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
    def test_ipv6(self, tmp_path: Path, database: dict[str, str]) -> None:
        with Studio(tmp_path / "data", "--host", "::", variables=database) as studio:
            studio.wait_until_healthy()  # by IPv4: it listens on both


class TestApart:
    """As a Procfile runs them: each by itself."""

    def test_without_a_worker_the_site_is_not_healthy(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        with empty_database() as own:
            with Studio(data, command="release", variables=own) as release:
                assert release.process.wait(240) == 0
            with Studio(data, command="web", variables=own) as web:
                wait_for(lambda: web.status() == 503, "an answer of 503")
                assert web.health() == {
                    "status": "waiting",
                    "web": True,
                    "database": True,
                    "worker": False,
                    "workers": 0,
                }
                assert web.status("/") == 200
                with Studio(data, command="worker", variables=own) as worker:
                    wait_for(lambda: web.status() == 200, "a worker's first sign of life")
                    assert worker.stop() == 0
                wait_for(lambda: web.status() == 503, "no worker any more")
                assert web.stop() == 0

    def test_the_scheduler_ends_when_told_to(self, studio: Studio) -> None:
        variables = {name: studio.environment[name] for name in ("DATABASE_URL",) if name in studio.environment}
        with Studio(studio.data, command="scheduler", variables=variables) as scheduler:
            wait_for(lambda: scheduler.process.num_threads() and scheduler.processes("scheduler"), "its start")
            assert scheduler.stop() in (0, -signal.SIGTERM)  # the latter: it had not begun yet


def test_a_free_port_is_free() -> None:
    with socket.create_server(("127.0.0.1", free_port())):
        pass
