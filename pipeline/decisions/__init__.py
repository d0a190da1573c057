"""What people decided about figures: kept for good, found again after every run, applied to the tables.

``record`` is one decision as a line, ``store`` the files under OUT/decisions, ``match`` finds the row that a
decision is about, ``verdicts`` says which decisions stand, ``apply`` settles a document's tables, ``book``
gives them to whoever writes tables. Nothing here knows the web.
"""
