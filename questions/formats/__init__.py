"""Question files of every kind, read and written through one exchange structure. No database here.

`catalog.FORMATS` lists the formats; each has read(data) -> Read and write(items, pictures) -> (bytes, Losts).
"""
