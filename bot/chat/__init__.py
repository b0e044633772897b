"""The chat face: what Telegram says becomes events, what we decide becomes messages."""
