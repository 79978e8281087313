"""What Lighthouse says of the main pages on a slow phone, in a studio that is filled for it and gone afterwards.

    npm install --prefix /tmp/lighthouse lighthouse@13 node@22
    PATH=/tmp/lighthouse/node_modules/.bin:$PATH .venv/bin/python -m benchmarks.lighthouse

(Without `node@22` where Node.js is 22.19 or newer.) It prints the four scores (0 to 100; a dash where Lighthouse could
not tell) and two paints in seconds, as its default simulates a slow phone: 150 ms a round trip, 1.6 Mbit/s, a processor
slowed down four times. Chromium has to be on this machine. Names of pages, as below, measure only those.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from voiceclone.management.showcase import camera, instance, scenes

PAGES = {
    "landing": ("/", scenes.NOBODY),
    "sign-up": ("/account/signup/", scenes.NOBODY),
    "clone": ("/clone/", scenes.NEWCOMER),
    "clone, done": ("/clone/?task={clone_done}", scenes.MAKER),
    "library": ("/voices/", scenes.MAKER),
    "speak": ("/speak/?voice=Narrator-2026", scenes.MAKER),
    "history": ("/history/", scenes.MAKER),
    "account": ("/account/", scenes.MAKER),
}
SUBJECTS = ("performance", "accessibility", "best-practices", "seo")


def report(studio: instance.Instance, path: str, who: str, folder: Path) -> dict[str, Any]:
    headers = folder / "headers.json"  # a file: a cookie on the command line would be seen by every process
    headers.write_text(json.dumps({"Cookie": f"sid={studio.cookies[who]}"} if who else {}))
    target = folder / "report.json"
    command = ["lighthouse", studio.address(path), "--quiet", "--output=json"]
    command += [f"--output-path={target}", f"--extra-headers={headers}", f"--only-categories={','.join(SUBJECTS)}"]
    command += ["--chrome-flags=--headless --no-sandbox --disable-gpu"]
    chromium = next(filter(None, map(shutil.which, camera.BROWSERS)))
    for last in (False, False, True):  # now and then it finds no trace of its own, and asks to be run again
        if not subprocess.run(command, env={**os.environ, "CHROME_PATH": str(chromium)}, check=last).returncode:
            break
    found: dict[str, Any] = json.loads(target.read_text())
    return found


def main() -> None:
    wanted = sys.argv[1:] or list(PAGES)
    with instance.opened() as studio, tempfile.TemporaryDirectory() as folder:
        print("page", *SUBJECTS, "first paint", "largest paint", sep="\t", flush=True)
        for name in wanted:
            found = report(studio, *PAGES[name], Path(folder))
            told = [found["categories"][subject]["score"] for subject in SUBJECTS]
            scores = ["–" if score is None else round(100 * score) for score in told]
            audits = found["audits"]
            paints = [audits[f"{what}-contentful-paint"]["numericValue"] / 1000 for what in ("first", "largest")]
            print(name, *scores, *(f"{paint:.2f} s" for paint in paints), sep="\t", flush=True)
            for subject in SUBJECTS:
                for one in found["categories"][subject]["auditRefs"]:
                    audit = audits[one["id"]]
                    if one["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                        print(f"  {subject}: {audit['title']} {audit.get('displayValue', '')}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
