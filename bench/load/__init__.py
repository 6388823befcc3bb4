"""A call centre under load: real processes, a real database, real time.

Workers, the carrier and PostgreSQL are processes of their own; agents come and go by the floor's inbox, as
desktops have them; the people who are called live with the carrier. What is measured is read off the
processes, the floor's own observers, and the carrier's log, which is the witness.
"""
