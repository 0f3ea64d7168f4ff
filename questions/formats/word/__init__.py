"""Word documents, from the file's parts to questions and back; `docx_file` is the way in.

opening → styles → paragraphs (what each paragraph says and looks like) → structure (which belongs to which
question) → keys (which option is right, by the marks that the document uses) → items.
"""
