"""The built-in engine: espeak-ng converted into grains of a person's own recording; see docs/builtin-engine.md."""
