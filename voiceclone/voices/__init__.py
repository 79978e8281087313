"""Voices, what was learnt from samples, consent, and the rule by which voices last."""
