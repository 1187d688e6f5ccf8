"""One sector of a picture, repainted: where it is, what is asked for, how it is laid in, what changed. Pure."""
