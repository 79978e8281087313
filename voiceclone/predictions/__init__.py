"""Predictions: each is one run of a model, from the click to the sound."""
