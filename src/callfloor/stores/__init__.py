"""Stores: what must survive, behind one port."""
