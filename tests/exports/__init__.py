"""What partners take out."""
