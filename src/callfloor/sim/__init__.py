"""The simulated world around the floor: what is due when, and what then happens."""
