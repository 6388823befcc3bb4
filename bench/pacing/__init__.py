"""The pacing benchmark: every rule on a grid of floors, over simulated legal windows of 30 days."""
