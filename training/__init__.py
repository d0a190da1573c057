"""Rebuilds the compiled dictionaries from plain text: ``python -m training.build --corpus FOLDER``."""
