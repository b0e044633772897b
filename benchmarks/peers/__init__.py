"""Holding the house against engines that others wrote."""
