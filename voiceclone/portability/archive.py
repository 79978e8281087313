"""Writing the archive of everything a person has here: a ZIP that goes to the disk as it is made, never to memory."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils.functional import lazy
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.engines.base import Progress
from voiceclone.portability.contents import TABLES, Table
from voiceclone.said import Said

BLOCK = 1 << 20
HEADROOM = 200 << 20
"""Bytes that stay free: an archive must not stop the whole site from working."""
size_in_words = lazy(filesizeformat, str)


class NoRoom(Exception):
    """The disk is too full; the message is a sentence for the person."""


@dataclass
class Archive:
    """A ZIP that is being written, with what is in it and what should have been."""

    zip: ZipFile
    entries: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    sounds: dict[str, str] = field(default_factory=dict)  # name in the archive → name in the storage

    def add(self, name: str, blocks: Iterable[bytes], size: int = 0, packed: bool = True) -> None:
        """Write one file. `size`: its bytes, as far as they are known before; sound does not get smaller by packing."""
        info = ZipInfo(name, now().timetuple()[:6])
        info.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
        info.external_attr, info.file_size = 0o600 << 16, size
        digest, written = hashlib.sha256(), 0
        with self.zip.open(info, "w") as target:
            for block in blocks:
                digest.update(block)
                written += len(block)
                target.write(block)
        self.entries.append({"name": name, "bytes": written, "sha256": digest.hexdigest()})

    def add_table(self, table: Table, user: User) -> None:
        """One JSON file, a row a line; notes which files belong to its rows."""
        self.add(f"{table.name}.json", self._rows(table, user))

    def _rows(self, table: Table, user: User) -> Iterator[bytes]:
        before = b"[\n"
        for found in table.rows(user):
            row = table.row(found)
            for column, name in table.files(found).items():
                if getattr(found, column):
                    row[column] = name
                    self.sounds[name] = getattr(found, column).name
            yield before + json.dumps(row, ensure_ascii=False, cls=DjangoJSONEncoder).encode()
            before = b",\n"
        yield b"[]\n" if before == b"[\n" else b"\n]\n"

    def add_sound(self, name: str) -> None:
        """One file of the person's; it may have been deleted since its row was written down."""
        try:
            with default_storage.open(self.sounds[name]) as source:
                self.add(name, iter(lambda: source.read(BLOCK), b""), source.size, packed=False)
        except FileNotFoundError:
            self.missing.append(name)


def write(user: User, path: Path, progress: Progress) -> Archive:
    """Write everything to `path`. Raises NoRoom, OSError, or whatever `progress` raises."""
    with ZipFile(path, "w") as target:
        archive = Archive(target)
        for done, table in enumerate(TABLES):
            progress("listing", done, len(TABLES))
            archive.add_table(table, user)
        _check_room(archive, path)
        for done, name in enumerate(archive.sounds):
            progress("copying", done, len(archive.sounds))
            archive.add_sound(name)
        progress("finishing", 0, 1)
        manifest = {"made_at": now(), "files": archive.entries, "missing": archive.missing}
        text = json.dumps(manifest, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder)
        archive.add("manifest.json", [text.encode()])
        about = {"tables": TABLES, "missing": archive.missing, "made_at": now()}
        archive.add("README.txt", [render_to_string("portability/archive_readme.txt", about).encode()])
    return archive


def _check_room(archive: Archive, path: Path) -> None:
    """Before gigabytes are copied for nothing."""
    needed = sum(_size(name) for name in archive.sounds.values())
    free = shutil.disk_usage(path.parent).free
    if needed + HEADROOM > free:
        raise NoRoom(
            Said(
                "Your archive needs {needed}, and this site's disk has only {free} to spare. Ask its admin for room, "
                "then try again.",
                needed=size_in_words(needed),
                free=size_in_words(max(0, free - HEADROOM)),
            )
        )


def _size(name: str) -> int:
    try:
        return int(default_storage.size(name))
    except FileNotFoundError:
        return 0
