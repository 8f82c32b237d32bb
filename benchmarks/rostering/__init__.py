"""The roster engine beside other ways to make a roster, at equal time, judged by one verifier."""
