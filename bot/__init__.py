"""The application: facts, deeds and the chat face."""
