"""Callfloor: a power dialer and a call-centre simulator that run the same decision code."""

__version__ = "0.1.0"
