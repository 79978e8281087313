"""Packages of npm that tests need: installed once for each package.json, outside the repository."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "voiceclone-tests"
NODE, NPM = shutil.which("node"), shutil.which("npm")


def installed(package_json: Path, what: str) -> Path:
    """The folder node_modules. Where npm cannot install: the test is skipped; in CI it fails."""
    folder = CACHE / hashlib.sha256(package_json.read_bytes()).hexdigest()[:16]
    if not folder.exists():
        assert NPM, "npm is not installed"
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as draft:
            shutil.copy(package_json, draft)
            quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"]
            done = subprocess.run([NPM, "install", *quiet], cwd=draft, timeout=300)
            if done.returncode and not os.environ.get("CI"):
                pytest.skip(f"{what} NOT TESTED: npm could not install its packages")
            done.check_returncode()
            try:
                Path(draft).rename(folder)
            except OSError:  # another process was faster
                if not folder.exists():
                    raise
            else:
                Path(draft).mkdir()  # for its owner to delete
    return folder / "node_modules"
