"""The same dialog written as others would write it, each a script of its own."""
