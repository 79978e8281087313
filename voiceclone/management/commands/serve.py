"""The whole studio on one machine, with one command."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from voiceclone.supervisor import Supervisor


class Command(BaseCommand):
    help = "Prepare the database, then run the web server, the workers and the scheduler, until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 for all of this machine's addresses")
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        self._check_port(host, port)
        call_command("release", verbosity=0)
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        commands = {"web": [*manage, "web", f"--host={host}", f"--port={port}"]}
        commands |= {f"worker {n}": [*manage, "worker"] for n in range(1, settings.WORKERS + 1)}
        commands["scheduler"] = [*manage, "scheduler"]
        supervisor = Supervisor(commands, self._environment(host, port))
        self._say_where(host, port)
        supervisor.run()
        self.stdout.write("Stopped.")

    def _check_port(self, host: str, port: int) -> None:
        """Say at once, and in words, that the address cannot be had."""
        try:
            family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host}, port {port}: {error.strerror}. Choose another one with --port or --host."
            ) from error

    def _environment(self, host: str, port: int) -> dict[str, str]:
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # a core a worker
        hosts = ",".join([*filter(None, [os.environ.get("ALLOWED_HOSTS")]), *_addresses(host)])
        return {**os.environ, **threads, "PORT": str(port), "ALLOWED_HOSTS": hosts}

    def _say_where(self, host: str, port: int) -> None:
        shown = "localhost" if ipaddress.ip_address(socket.gethostbyname(host)).is_loopback else _addresses(host)[0]
        address = settings.SITE_URL or f"http://{shown}:{port}"
        self.stdout.write(
            f"Voiceclone {settings.VERSION} is starting at {address}\n"
            f"  Your data lies in {settings.DATA_DIR}\n"
            f"  Make an admin:  python3 manage.py createadmin you@example.org\n"
            f"  Stop it with Ctrl-C."
        )
        self.stdout.flush()


def _addresses(host: str) -> list[str]:
    """The addresses under which this machine can be reached when it listens on `host`."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104
        return [host]
    found = [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only asks the routing table which address is ours
            found.insert(0, probe.getsockname()[0])
        except OSError:
            pass
    return list(dict.fromkeys(found)) or ["localhost"]
