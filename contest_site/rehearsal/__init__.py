"""The dress rehearsal: a whole contest played through the real pages by synthetic people, then erased.

It belongs to the site's root: it drives every app, and no app knows it.
"""
