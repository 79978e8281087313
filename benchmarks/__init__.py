"""What measures the figures in docs/: each file has its command at its top, and runs in `.venv` whoever starts it."""

from voiceclone import bootstrap

bootstrap.ensure("requirements-dev.txt")
