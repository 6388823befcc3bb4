"""Tools for those who work on Callfloor; none of them is installed."""
