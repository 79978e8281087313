"""Loaded before Django's settings: the tests have a data folder of their own, which goes when they end."""

import atexit
import os
import shutil
import tempfile

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="voiceclone-tests-")
if "VOICECLONE_TESTS_SHARED" not in os.environ:  # of all processes of this run (prepared.py)
    os.environ["VOICECLONE_TESTS_SHARED"] = tempfile.mkdtemp(prefix="voiceclone-tests-shared-")
    atexit.register(shutil.rmtree, os.environ["VOICECLONE_TESTS_SHARED"], ignore_errors=True)
os.environ.setdefault("WORKERS", "2")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in the tests' thread
for name in (
    "ENGINE",
    "ENGINES",
    "WAVESPEED_API_KEY",
    "WAVESPEED_BASE_URL",
    "SITE_URL",
    "EMAIL_URL",
    "REGISTRATION",
    "RETENTION_DAYS",
    "CONSENT",
    "DEBUG",
    "SECRET_KEY",
):
    os.environ.pop(name, None)
worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
if redis := os.environ.get("REDIS_URL"):  # each process has a database of its own: login limits count in it
    server, _, number = redis.rpartition("/")
    os.environ["REDIS_URL"] = f"{server}/{(int(number) + int(worker)) % 16}" if number.isdecimal() else redis
atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
