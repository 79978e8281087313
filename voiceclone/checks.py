"""What is misconfigured, in sentences: `manage.py check` and every start say it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

ROOM_MB = 500  # some hundred voices, or one evening of somebody trying everything
SECRET_KEY_LENGTH = 32
NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs")
WALLS = {"landlock": "Landlock", "seccomp": "seccomp"}
Apps = Sequence[AppConfig] | None


@register("data")
def data_dir(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Everything that people make has room, and stays theirs."""
    folder: Path = settings.DATA_DIR
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        return [
            Error(
                f"DATA_DIR is {str(folder)!r}, which this user cannot write to: {error.strerror}.",
                hint=f"Give it to the user that runs Voiceclone:  sudo chown -R {os.getuid()} {folder}",
                id="voiceclone.E001",
            )
        ]
    found: list[CheckMessage] = []
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < ROOM_MB:
        found.append(
            Caution(
                f"Only {free} MB are free where DATA_DIR lies ({folder}); recordings and voices need {ROOM_MB} MB.",
                hint="Make room there, or let DATA_DIR name a folder on a bigger disk.",
                id="voiceclone.W001",
            )
        )
    file_system = file_system_of(folder)
    if not settings.DATABASE_URL and file_system in NETWORK_FILE_SYSTEMS:
        found.append(
            Caution(
                f"The SQLite database lies on a network file system ({file_system}: {folder}) and can be damaged.",
                hint="Let DATA_DIR name a folder on a local disk, or set DATABASE_URL to a PostgreSQL server.",
                id="voiceclone.W002",
            )
        )
    return found


def file_system_of(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """What kind of file system a folder lies on, such as "ext4"; "" where the system does not tell."""
    try:
        table = [line.split() for line in mounts.read_text().splitlines()]
    except OSError:
        return ""
    points = [(point.replace(r"\040", " "), kind) for _, point, kind, *_ in table]
    around = [(len(point), kind) for point, kind in points if folder.is_relative_to(point)]
    return max(around, default=(0, ""), key=lambda found: found[0])[1]


@register("security")
def secret_key(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    length = len(settings.SECRET_KEY)
    if length >= SECRET_KEY_LENGTH:
        return []
    return [
        Caution(
            f"SECRET_KEY has {length} characters, so it can be guessed; it needs at least {SECRET_KEY_LENGTH}.",
            hint="Leave SECRET_KEY unset and one is made and kept in DATA_DIR, or make one:  openssl rand -base64 48",
            id="voiceclone.W003",
        )
    ]


@register("security")
def public_site(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """What matters only once strangers can reach the site."""
    host = settings.SITE.hostname or ""
    if not is_public(host):
        return []
    if not settings.HTTPS:
        return [
            Caution(
                f"SITE_URL is {settings.SITE_URL!r}: over plain http everybody on the way can read passwords, and "
                "browsers forbid recording with the microphone.",
                hint="Put a proxy with a certificate before it and let SITE_URL begin with https://.",
                id="voiceclone.W004",
            )
        ]
    if settings.REGISTRATION == "open" and not settings.EMAIL_URL:
        return [
            Caution(
                f"Anybody who finds {settings.SITE_URL} can sign up with any e-mail address: REGISTRATION is open, "
                "and without EMAIL_URL no address is verified.",
                hint="Set EMAIL_URL, or REGISTRATION to invite or closed.",
                id="voiceclone.W005",
            )
        ]
    return []


@register("mail")
def links_in_mails(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if not settings.EMAIL_URL or settings.SITE_URL:
        return []
    return [
        Caution(
            f"EMAIL_URL is set and SITE_URL is not, so links in notices lead to {settings.BASE_URL}.",
            hint="Set SITE_URL to the address that people use.",
            id="voiceclone.W007",
        )
    ]


def is_public(host: str) -> bool:
    """Whether a host's name or address looks like one that the whole internet can reach."""
    try:
        return ip_address(host).is_global
    except ValueError:
        private = (".localhost", ".local", ".lan", ".home", ".internal", ".home.arpa", ".test", ".ts.net")
        return "." in host and not host.endswith(private)


@register("security")
def decoder_sandbox(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Other people's recordings are decoded by a process that can do nothing else, as far as the kernel allows."""
    walls = " ".join(sandbox_walls())
    missing = [name for wall, name in WALLS.items() if wall not in walls]
    if not missing:
        return []
    return [
        Caution(
            f"This kernel does not offer {' or '.join(missing)}, so a bug in an audio decoder is contained less well.",
            hint="Linux 5.13 or newer has both; some containers switch them off (see --security-opt of your runtime).",
            id="voiceclone.W006",
        )
    ]


def sandbox_walls() -> list[str]:
    """Try the sandbox in a process that then ends; about 50 ms. Such as ["landlock7", "seccomp"]."""
    program = (
        "import sys; sys.path.append(sys.argv[1]); from voiceclone.audio.sandbox import lock_down; print(*lock_down())"
    )
    command = [sys.executable, "-I", "-B", "-c", program, str(settings.BASE_DIR)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
