"""CP-SAT from the forms of the rules: one person, dealing counts out, neighbourhoods."""
