"""Folders of files that belong to one row, each attempt's under a name of its own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils.timezone import now

YOUNG = timedelta(hours=1)  # a file is written before its row is


def erase_folder(folder: str, keep: Collection[str] = ()) -> None:
    """Delete every file in a storage folder but `keep`: what was made, and what killed attempts left behind."""
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        if f"{folder}/{name}" not in keep:
            default_storage.delete(f"{folder}/{name}")
    if not keep:
        default_storage.delete(folder)


def sweep_folders(root: str, owners: QuerySet[Any]) -> int:
    """Delete the folders in `root`, each named after a row's key, that no row of `owners` has. Returns how many."""
    try:
        folders, _ = default_storage.listdir(root)
    except FileNotFoundError:
        return 0
    owned = {str(key) for key in owners.values_list("pk", flat=True)}
    return sum(_sweep(f"{root}/{folder}") for folder in folders if folder not in owned)


def _sweep(folder: str) -> bool:
    _, names = default_storage.listdir(folder)
    if any(default_storage.get_modified_time(f"{folder}/{name}") > now() - YOUNG for name in names):
        return False
    erase_folder(folder)
    return True
