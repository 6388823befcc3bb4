"""The live runtime: load, handle, commit, send."""
