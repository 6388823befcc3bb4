"""Alarms: what rings, and when. What to do then is in docs/guides/runbook.md."""
