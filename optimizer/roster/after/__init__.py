"""After the fact: what a roster costs and why, what it would cost otherwise, and who could do it.

Nothing here runs a solver over the whole: one person's rosters are searched at a time, against
the plan of everybody else.
"""
