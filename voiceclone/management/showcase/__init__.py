"""Every page and state of the studio, in an instance that is filled for it and gone afterwards.

`scenes.py` says what there is to see, `filling.py` makes it (in a process of its own, because a process has one
DATA_DIR), `instance.py` starts and stops it, `camera.py` goes through it with a browser.
"""
