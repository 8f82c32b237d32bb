"""The published benchmark of Curtois and Qu (2014): its format, its judge, and its problems."""
