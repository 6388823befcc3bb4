"""What the SQL databases share: whom a claim takes, what becomes of leads, lists, registers and runs."""
