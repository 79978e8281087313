"""Folders of files that belong to one row, each attempt's under a name of its own."""

from __future__ import annotations

from django.core.files.storage import default_storage


def erase_folder(folder: str, keep: str = "") -> None:
    """Delete every file in a storage folder but `keep`: what was made, and what killed attempts left behind."""
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        if f"{folder}/{name}" != keep:
            default_storage.delete(f"{folder}/{name}")
    if not keep:
        default_storage.delete(folder)
