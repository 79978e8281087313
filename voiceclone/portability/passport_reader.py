"""Reading a voice passport. Its every byte is a stranger's.

Nothing is unpacked to the disk and nothing is decompressed: entries are known by name, stored as they are, counted
before they are read and read no further than they said. The profile is only hashed, never opened (docs/your-data.md).
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.engines import registry
from voiceclone.figures import Figure
from voiceclone.portability import passport as made
from voiceclone.predictions import catalog
from voiceclone.samples.names import clean_name
from voiceclone.voices import voice_id

MAX_MB = 64
MAX_DESCRIPTION = 64 * 1024
MAX_DIRECTORY = 4096  # bytes of the ZIP's list of entries
MAX_CONSENTS = 8  # that one voice has collected on its way through as many sites
KNOWN = {made.DESCRIPTION, made.SAMPLE, made.PROFILE, *made.PREVIEWS}
END = struct.Struct("<4s4H2LH")  # the ZIP's last record
RANGES = {"speed": (0.5, 2.0), "volume": (0.1, 10.0), "pitch": (-12, 12)}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

NOT_ONE = _(
    "This is not a voice passport. It is the file that “Export this voice” made; its name ends with .voicepassport."
)
DAMAGED = _("This passport is damaged: it did not arrive whole. Export the voice again, or upload the file again.")
FORGED = _("The description in this passport was changed after it was made, so nothing in it can be relied on.")


class NotImportable(Exception):
    """The message is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Passport:
    """What a passport says, each word of it checked."""

    voice_id: str
    name: str
    language: str
    engine: str
    volume_normalization: bool
    noise_reduction: bool
    transcript: str
    preview_text: str
    consent: dict[str, Any]  # with the passport's hash, so that the record says where it is from
    speech: dict[str, Any] = field(default_factory=dict)


def read(file: IO[bytes], size: int) -> tuple[dict[str, Any], bytes]:
    """The description, checked, and the sample's bytes. Raises NotImportable."""
    if size > MAX_MB << 20:
        sentence = gettext("The file is {found} MB; the limit for a passport is {limit} MB.")
        raise NotImportable(sentence.format(found=f"{Figure(size / (1 << 20)):.1f}", limit=MAX_MB))
    try:
        _check_directory(file, size)
        with ZipFile(file) as archive:
            entries = _entries(archive, size)
            description = _description(archive.read(entries[made.DESCRIPTION]))
            understand(description)
            return description, _files(archive, entries, description["files"])
    except (BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, struct.error) as error:
        raise NotImportable(DAMAGED) from error


def _check_directory(file: IO[bytes], size: int) -> None:
    """Before `zipfile` reads the list of entries: a list of a million would fill the memory."""
    file.seek(max(0, size - END.size - 20))
    tail = file.read()
    if len(tail) < END.size:
        raise NotImportable(NOT_ONE)
    signature, *_, entries, length, _, comment = END.unpack(tail[-END.size :])
    if signature != b"PK\x05\x06" or comment or tail[:4] == b"PK\x06\x07":
        file.seek(0)
        raise NotImportable(DAMAGED if file.read(4) == b"PK\x03\x04" else NOT_ONE)
    if entries > len(KNOWN) or length > MAX_DIRECTORY:
        raise NotImportable(NOT_ONE)
    file.seek(0)


def _entries(archive: ZipFile, size: int) -> dict[str, ZipInfo]:
    found = {entry.filename: entry for entry in archive.infolist()}
    for name in found:
        if name not in KNOWN:
            sentence = gettext("There is a file in it that is no part of a passport: “{name}”.")
            raise NotImportable(sentence.format(name=clean_name(name)))
    if made.DESCRIPTION not in found or made.SAMPLE not in found or len(found) < len(archive.infolist()):
        raise NotImportable(NOT_ONE)
    for entry in found.values():
        if entry.compress_type != ZIP_STORED or entry.compress_size != entry.file_size or entry.flag_bits & 1:
            raise NotImportable(
                gettext("This passport was packed anew by another program. Import the file as it was exported.")
            )
    if sum(entry.file_size for entry in found.values()) > size or found[made.DESCRIPTION].file_size > MAX_DESCRIPTION:
        raise NotImportable(NOT_ONE)
    return found


def _description(text: bytes) -> dict[str, Any]:
    try:
        description = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotImportable(FORGED) from error
    if not isinstance(description, dict) or description.get("format") != made.FORMAT:
        raise NotImportable(NOT_ONE)
    version = description.get("format_version")
    if not isinstance(version, int) or version < 1:
        raise NotImportable(NOT_ONE)
    if version > made.VERSION:
        sentence = gettext(
            "This passport has format version {found}, and this site reads up to version {ours}: a newer Voiceclone "
            "made it. Ask the admin of this site to update it."
        )
        raise NotImportable(sentence.format(found=min(version, 9999), ours=made.VERSION))
    try:
        genuine = description.get("hash") == made.hash_of(description)
    except (UnicodeEncodeError, RecursionError) as error:  # half a surrogate pair; brackets without end
        raise NotImportable(FORGED) from error
    if not genuine:
        raise NotImportable(FORGED)
    return description


def _files(archive: ZipFile, entries: dict[str, ZipInfo], facts: Any) -> bytes:
    """Compare each file with its hash. Returns the sample."""
    changed = {
        made.SAMPLE: _("The sample in this passport was changed after it was made."),
        made.PROFILE: _("The profile in this passport was changed after it was made."),
    }
    present = set(entries) - {made.DESCRIPTION}
    if not isinstance(facts, dict) or set(facts) != present:
        raise NotImportable(
            gettext("This passport does not hold the files that it says it holds. Export the voice again.")
        )
    sample = b""
    for name in present:
        digest = hashlib.sha256()
        for block in _blocks(archive, entries[name]):
            digest.update(block)
            sample += block if name == made.SAMPLE else b""
        if not isinstance(facts[name], dict) or digest.hexdigest() != facts[name].get("sha256"):
            raise NotImportable(changed.get(name, _("The preview in this passport was changed after it was made.")))
    return sample


def _blocks(archive: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as source:
        while block := source.read(made.BLOCK):
            yield block


# --- the words --------------------------------------------------------------------------------------------------------


def understand(description: dict[str, Any]) -> Passport:
    """Every field, within the limits that hold for the people of this site. Raises NotImportable."""
    settings, engine = _group(description, "settings"), _text(_group(description, "engine"), "name", 20)
    if registry.is_hosted(engine):
        sentence = gettext(
            "The voice in this passport lies at a vendor ({engine}) and cannot be brought along. A passport is a ZIP: "
            "clone its sample.flac here as a new voice."
        )
        raise NotImportable(sentence.format(engine=engine))
    here = [name for name in registry.available() if not registry.is_hosted(name)]
    if engine not in here:
        sentence = gettext(
            "The engine that learnt this voice, “{engine}”, is not on this site; it has: {here}. A passport is a ZIP: "
            "clone its sample.flac here as a new voice."
        )
        raise NotImportable(sentence.format(engine=clean_name(engine), here=", ".join(here)))
    language = _text(description, "language", 20)
    if language != catalog.AUTO and language not in registry.capabilities(engine).languages:
        sentence = gettext("The engine “{engine}” of this site cannot speak the voice's language, {language}.")
        raise NotImportable(sentence.format(engine=engine, language=clean_name(language)))
    wanted = _text(description, "voice_id", voice_id.LONGEST)
    if voice_id.problem(wanted):
        raise NotImportable(gettext("The voice ID in this passport is none.") + f" {voice_id.problem(wanted)}")
    return Passport(
        voice_id=wanted,
        name=_text(description, "name", 256),
        language=language,
        engine=engine,
        volume_normalization=settings.get("volume_normalization") is True,
        noise_reduction=settings.get("noise_reduction") is True,
        transcript=_text(settings, "transcript", catalog.MAX_READ_TEXT),
        preview_text=_text(settings, "preview_text", catalog.MAX_PREVIEW_TEXT) or catalog.PREVIEW_TEXT,
        consent={**_consent(_group(description, "consent")), "passport": _text(description, "hash", 64)},
        speech=_speech(_group(settings, "speech")),
    )


def _wrong(name: str) -> NotImportable:
    sentence = gettext("The description in this passport says nothing that makes sense about “{name}”.")
    return NotImportable(sentence.format(name=name))


def _group(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    if not isinstance(value, dict):
        raise _wrong(name)
    return value


def _text(data: dict[str, Any], name: str, longest: int) -> str:
    value = data.get(name)
    if not isinstance(value, str) or len(value) > longest or CONTROL.search(value):
        raise _wrong(name)
    return value


def _consent(data: dict[str, Any], depth: int = 1) -> dict[str, Any]:
    """The record, and those that it rests on in turn. One that an import has made before names its passport, too."""
    limits = {"statement": 2000, "version": 12, "sha256": 64, "method": 12, "given_at": 40}
    consent: dict[str, Any] = {name: _text(data, name, longest) for name, longest in limits.items()}
    if not consent["statement"]:
        raise _wrong("consent")
    if "passport" in data:
        consent["passport"] = _text(data, "passport", 64)
    if data.get("original"):
        if depth == MAX_CONSENTS:
            raise _wrong("consent")
        consent["original"] = _consent(_group(data, "original"), depth + 1)
    return consent


def _speech(data: dict[str, Any]) -> dict[str, Any]:
    speech = {name: data[name] for name in made.SPEECH if name in data}
    for name, value in speech.items():
        if name == "emotion":
            fine = value in catalog.EMOTIONS if isinstance(value, str) else False
        else:
            low, high = RANGES[name]
            fine = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
        if not fine:
            raise _wrong(name)
    return {**speech, **({"pitch": int(speech["pitch"])} if "pitch" in speech else {})}
