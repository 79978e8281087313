"""Samples: the one way in for a recording."""
