"""Pictures of how predictive pacing decides, drawn from the very code that decides."""
