"""The embedded store: SQLite through apsw, in WAL mode, one writer at a time."""
