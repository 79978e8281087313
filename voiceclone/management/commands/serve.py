"""The whole studio on one machine, with one command."""

from __future__ import annotations

import os
import signal
import socket
import sys
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from voiceclone.management.commands.web import add_address
from voiceclone.supervisor import Child, Supervisor

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104
BACKLOG = 2048  # connections that may wait, as gunicorn's own default


class Command(BaseCommand):
    help = "Prepare the database, then run the web server, the workers and the scheduler, until Ctrl-C."
    requires_system_checks = []  # `release` makes them

    def add_arguments(self, parser: CommandParser) -> None:
        add_address(parser)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        asked: list[int] = []

        def stop(number: int, frame: FrameType | None) -> None:
            asked.append(number)
            raise KeyboardInterrupt

        def unless_it_is_ours(unraisable: sys.UnraisableHookArgs) -> None:
            if not isinstance(unraisable.exc_value, KeyboardInterrupt):
                sys.__unraisablehook__(unraisable)

        signal.signal(signal.SIGINT, stop)
        sys.unraisablehook = unless_it_is_ours  # Python drops and prints an interrupt that comes amid a finaliser, say
        try:
            with listen(host, port) as listener:
                call_command("release", verbosity=0)
                if asked:  # the interrupt was dropped
                    raise KeyboardInterrupt
                self._say_where(host, port)
                Supervisor(self._children(listener), self._environment(host, port)).run()
        except KeyboardInterrupt:  # while the database was being prepared
            pass
        self.stdout.write("Stopped.")
        if asked:  # or Python may end as if nobody had caught the interrupt: where it came in the middle of an `exec`
            raise SystemExit(0)

    def _children(self, listener: socket.socket) -> list[Child]:
        """The web server gets a socket that listens already: while it starts or restarts, visitors wait a moment."""
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        fd = listener.fileno()
        return [
            Child("web", [*manage, "web", f"--fd={fd}"], inherits=[fd]),
            *(Child(f"worker {n}", [*manage, "worker"]) for n in range(1, settings.WORKERS + 1)),
            Child("scheduler", [*manage, "scheduler"]),
        ]

    def _environment(self, host: str, port: int) -> dict[str, str]:
        hosts = ",".join([*filter(None, [os.environ.get("ALLOWED_HOSTS")]), *names_of(host)])
        return {**os.environ, "PORT": str(port), "ALLOWED_HOSTS": hosts}

    def _say_where(self, host: str, port: int) -> None:
        here = f"http://{names_of(host)[0]}:{port}"
        address = f"{settings.SITE_URL}, listening on {here}" if settings.SITE_URL else here
        self.stdout.write(
            f"Voiceclone {settings.VERSION} is starting at {address}\n"
            f"  Your data lies in {settings.DATA_DIR}\n"
            f"  Make an admin:  python3 manage.py createadmin you@example.org\n"
            f"  Stop it with Ctrl-C."
        )
        self.stdout.flush()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, or a sentence that says why the address cannot be had."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise CommandError(
            f"Cannot listen on {host}, port {port}: {error.strerror}. Choose another one with --port or --host."
        ) from error
    return listener


def names_of(host: str) -> list[str]:
    """What a browser may call this machine when it listens on `host`; the first is the one to show."""
    if host in EVERYWHERE:
        name = socket.gethostname()
        return [_address_in_the_network(), name, f"{name}.local"]
    if host == "127.0.0.1":
        return ["localhost", host]
    return [f"[{host}]" if ":" in host else host]


def _address_in_the_network() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only asks the routing table which address is ours
        except OSError:  # no network
            return "localhost"
        return str(probe.getsockname()[0])
