"""The hosted engine: MiniMax's voices at WaveSpeed, with a key of the site's or of one's own."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from voiceclone.engines.base import Capabilities, gettext_noop
from voiceclone.engines.hosted import Access, HostedEngine, Refused, Report, Run, Vendor
from voiceclone.engines.wavespeed import answers, minimax, refusals, signature
from voiceclone.engines.wavespeed.client import Account


class WaveSpeedEngine(HostedEngine):
    """See docs/engines.md."""

    name = "wavespeed"
    vendor = refusals.VENDOR
    key_hint = gettext_noop(
        "Keys are made at wavespeed.ai. Add credit to the account before you make the key: older keys do not work."
    )
    keeps_unused = minimax.KEEPS_UNUSED
    capabilities = Capabilities(
        title=refusals.VENDOR,
        quality=gettext_noop("studio quality"),
        languages=minimax.LANGUAGES,
        emotions=minimax.EMOTIONS,
        max_text=minimax.LONGEST_TEXT,
        stays_here=False,
        in_a_line=gettext_noop(
            "Studio quality in 40 languages, up to a minute for a clone, paid. Your sample and your texts leave "
            "this machine: they go to WaveSpeed and MiniMax."
        ),
        shortest_sample=minimax.SHORTEST_SAMPLE,
        notes=(
            gettext_noop("Samples of 10 seconds to 5 minutes."),
            gettext_noop("The vendor deletes a voice that is not used within 7 days after it was made."),
            gettext_noop("Pronunciations are kept by the speech-2.8 models only."),
        ),
    )

    def account(self, access: Access) -> Vendor:
        return Account(access)

    def new_voice_id(self) -> str:
        """96 random bits, in the contract's alphabet: a letter first, letters and digits in it."""
        return f"vc1-{secrets.token_hex(12)}"

    def clone(self, audio: str, voice_id: str, inputs: Mapping[str, Any]) -> Run:
        return Run(minimax.CLONE, minimax.clone_inputs(audio, voice_id, inputs), self.clone_price())

    def speech(self, model: str, voice_id: str, inputs: Mapping[str, Any]) -> Run:
        price = self.speech_price(model, len(str(inputs.get("text", ""))))
        return Run(model, minimax.speech_inputs(model, voice_id, inputs), price)

    def preview(self, voice_id: str, inputs: Mapping[str, Any]) -> Run:
        wanted = {name: inputs[name] for name in ("text", "language_boost") if inputs.get(name)}
        return self.speech(f"minimax/{inputs.get('model') or 'speech-02-hd'}", voice_id, wanted)

    def clone_price(self) -> float:
        return minimax.CLONE_PRICE

    def speech_price(self, model: str, characters: int) -> float:
        return minimax.PRICES.get(model, 0.0) * characters / 1000

    def is_genuine(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        return signature.is_valid(secret, headers, body)

    def announced(self, body: bytes) -> Report | None:
        try:
            return answers.task(answers.content(body))
        except answers.Unreadable:
            return None

    def refusal(self, report: Report) -> Refused:
        if report.phase == "completed":
            return refusals.no_output()
        return refusals.of_task(report.error, report.word, report.code)
