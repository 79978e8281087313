"""The Speak page: a voice says a text."""
