"""The library: the pages of one's voices."""
