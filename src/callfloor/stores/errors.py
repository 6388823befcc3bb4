"""What can go wrong with a store, said so that a person can act on it."""


class StoreError(Exception):
    """The store cannot do what was asked; the message says which file, what was found, what to do."""


class StoreUnusableError(StoreError):
    """The database cannot be opened or used at all: wrong path, no database, a newer version."""


class StoreBusyError(StoreError):
    """Another process holds the database for longer than we are ready to wait."""


class StoreFullError(StoreError):
    """The disk is full or the file may not be written; the transaction was rolled back."""


class StaleVersionError(StoreError):
    """Another process has committed to this floor since it was loaded; reload and try again."""


class StoreLostError(StoreError):
    """The connection to the database broke; what was committed is safe, and the next use connects again."""
