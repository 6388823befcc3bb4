"""The service: everything that Callfloor does, over HTTP."""
