"""The browser face: partners and the public."""
