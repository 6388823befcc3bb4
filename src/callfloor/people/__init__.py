"""People on the line and at the desks, pure: who they are and how they behave."""
