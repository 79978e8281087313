"""The web server: gunicorn with threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from voiceclone.log import LineFormatter
from voiceclone.work.processes import GRACE, watch_lifeline

THREADS = 8
MEASURING = "voiceclone.audio.quality.measuring"  # takes a second to load, which the first sample shall not wait for
MEMORY = "/dev/shm"  # noqa: S108 - gunicorn's signs of life are no files on a disk that may stall


class Command(BaseCommand):
    help = "Run the web server."
    requires_system_checks = []  # `release` and `serve` make them once

    def add_arguments(self, parser: CommandParser) -> None:
        add_address(parser)
        parser.add_argument("--fd", type=int, help="a socket that listens already, instead of an address")

    def handle(self, *args: Any, host: str, port: int, fd: int | None, **options: Any) -> None:
        watch_lifeline()
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        WebServer(address if fd is None else f"fd://{fd}").run()


def add_address(parser: CommandParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 for all of this machine's addresses")
    parser.add_argument("--port", type=_port, default=settings.PORT, metavar="1…65535")


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ValueError
    return int(text)


_port.__name__ = "port"  # argparse says: invalid port value


class LineLogger(Logger):  # type: ignore[misc]
    """Gunicorn's own messages in the format of our log."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(LineFormatter())


class WebServer(BaseApplication):  # type: ignore[misc]
    """Gunicorn, with nothing read from its command line, its files or its environment."""

    def __init__(self, bind: str) -> None:
        self.bind = bind
        super().__init__(prog="gunicorn")

    def load_config(self) -> None:
        wanted = {
            "bind": self.bind,
            "workers": settings.WEB_WORKERS,
            "worker_class": "gthread",
            "threads": THREADS,
            "control_socket_disable": True,
            "graceful_timeout": int(GRACE) - 3,
            "timeout": 60,
            "keepalive": 75,  # longer than clients keep an idle connection: whoever closes it first loses no request
            "max_requests": 20000,
            "max_requests_jitter": 2000,
            "loglevel": "warning",
            "logger_class": LineLogger,
        }
        if Path(MEMORY).is_dir():
            wanted["worker_tmp_dir"] = MEMORY
        if settings.BEHIND_PROXY:
            wanted["forwarded_allow_ips"] = "*"
        for name, value in wanted.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        from voiceclone.wsgi import application

        threading.Thread(target=import_module, args=[MEASURING]).start()  # an end waits for it: no import breaks off
        return application
