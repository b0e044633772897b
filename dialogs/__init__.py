"""The heart: what happened goes in, what to do comes out; pure, without clock, chance or I/O."""
