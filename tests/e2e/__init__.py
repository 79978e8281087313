"""The whole studio in a real browser, as a person meets it."""
