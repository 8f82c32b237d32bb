"""Pools as a service: in the memory of one owner each, and event by event in the database."""
