"""The whole studio in one file, and back: rows, stored files, the secret key, and a manifest with the hash of each.

Nothing here knows what a session is: rows are copied as tables, and the keepers tell which files rows point to.
"""
