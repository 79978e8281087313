"""How a voice is cloned and speaks: one seam (`base`), one class for each way of doing it."""
