"""What can be asked for: models, languages, emotions, ranges and defaults, as the WaveSpeed v3 contract has them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

LANGUAGES_25 = (
    _("Chinese"), _("Chinese,Yue"), _("English"), _("Arabic"), _("Russian"), _("Spanish"), _("French"),
    _("Portuguese"), _("German"), _("Turkish"), _("Dutch"), _("Ukrainian"), _("Vietnamese"), _("Indonesian"),
    _("Japanese"), _("Italian"), _("Korean"), _("Thai"), _("Polish"), _("Romanian"), _("Greek"), _("Czech"),
    _("Finnish"), _("Hindi"),
)  # fmt: skip
LANGUAGES_41 = (
    *LANGUAGES_25,
    _("Bulgarian"), _("Danish"), _("Hebrew"), _("Malay"), _("Persian"), _("Slovak"), _("Swedish"), _("Croatian"),
    _("Filipino"), _("Hungarian"), _("Norwegian"), _("Slovenian"), _("Catalan"), _("Nynorsk"), _("Tamil"),
    _("Afrikaans"),
)  # fmt: skip
AUTO = "auto"
EMOTIONS = ("happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral")
FORMATS = ("mp3", "wav", "flac", "pcm")
SAMPLE_RATES = (8000, 16000, 22050, 24000, 32000, 44100)
BITRATES = (32000, 64000, 128000, 256000)
DEFAULT_EMOTION, DEFAULT_FORMAT, DEFAULT_SAMPLE_RATE, DEFAULT_BITRATE = "happy", "mp3", 32000, 128_000

PREVIEW_TEXT = "Hello! This is my cloned voice. I hope you enjoy listening to it."
MAX_PREVIEW_TEXT = 2000
MAX_TEXT = 10_000
MAX_READ_TEXT = 2000
DEFAULT_ACCURACY = 0.7


@dataclass(frozen=True, slots=True)
class SpeechModel:
    name: str
    languages: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"minimax/{self.name}"


SPEECH_MODELS = (
    SpeechModel("speech-02-hd", LANGUAGES_25),
    SpeechModel("speech-02-turbo", LANGUAGES_25),
    SpeechModel("speech-2.5-hd-preview", LANGUAGES_41),
    SpeechModel("speech-2.5-turbo-preview", LANGUAGES_41),
    SpeechModel("speech-2.6-hd", LANGUAGES_41),
    SpeechModel("speech-2.6-turbo", LANGUAGES_41),
    SpeechModel("speech-2.8-hd", LANGUAGES_41),
    SpeechModel("speech-2.8-turbo", LANGUAGES_41),
)
DEFAULT_MODEL = "speech-02-hd"
CLONE = "minimax/voice-clone"
MODEL_IDS = (CLONE, *(model.id for model in SPEECH_MODELS))
