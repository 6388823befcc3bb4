"""Carriers: who carries the calls, behind one port."""
