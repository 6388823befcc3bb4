"""The store on PostgreSQL, by psycopg: imported only where such a database is asked for."""
