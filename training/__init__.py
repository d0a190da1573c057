"""Rebuilds the compiled dictionaries from a folder of plain text: ``python -m training.build --corpus
FOLDER``.
"""
