"""A believable contact centre, generated from traits measured on real ones."""
