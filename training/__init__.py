"""Rebuilds dictionaries/ and draws the pages that it learns and measures with."""
