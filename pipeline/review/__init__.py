"""A figure beside its page, and what a person decides about it: a local web application.

``serve`` binds and hands out the token, ``guard`` keeps strangers out, ``app`` has the pages, ``queue`` the
rows ordered by doubt, ``draw`` the page images, ``sentence`` the words with their edits, ``session`` what one
reviewer does. Decisions themselves are ``pipeline.decisions``'.
"""
