"""Lead lists: reading them as people write them, checking them, and importing them into a store."""
