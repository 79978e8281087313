"""Bytes to sound and sound to bytes; knows no Django model and no setting."""
