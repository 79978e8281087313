#!/usr/bin/env python3
"""`serve` runs the whole studio, `test` runs every test; the rest is Django's."""

import os
import sys

from voiceclone import bootstrap

if __name__ == "__main__":
    testing = sys.argv[1:2] == ["test"]
    bootstrap.ensure("requirements-dev.txt" if testing else "requirements.txt")
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(threads, "1")  # a core a process: more of them than cores would only wait for each other
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voiceclone.settings")
    if testing:
        import pytest

        by_group = ["-n", "auto", "--dist", "loadgroup", "--no-loadscope-reorder"]  # -n 0: in one process
        sys.exit(pytest.main([*by_group, *sys.argv[2:]]))
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # a sentence about a variable, for a person: no traceback
        sys.exit(str(error))
