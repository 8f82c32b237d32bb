"""The rules of a roster, one module each: its forms for the solvers, its check in plain Python.

``forms(view)`` yields the rule as `forms.Form` for one agent; ``check(worker)`` yields where the
shifts of one agent break it or make it cost something. The two share no code: the check is what
the verifier judges every roster by.
"""
