"""The built-in engine: an exemplar-based conversion of espeak-ng into a person's own recorded grains. See docs/builtin-engine.md."""
