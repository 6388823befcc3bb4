"""A small floor on which the join is tested."""
