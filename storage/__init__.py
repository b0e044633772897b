"""The store: rows and facts, on SQLite and PostgreSQL alike."""
