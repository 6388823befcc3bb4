"""A small world around the sample floor."""
