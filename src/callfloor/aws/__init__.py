"""Callfloor on AWS Lambda: the live step for events of queues, one event a commit."""
