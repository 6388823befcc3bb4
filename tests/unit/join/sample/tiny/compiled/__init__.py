"""Where the sample is compiled to."""
