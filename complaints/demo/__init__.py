"""A plausible, invented council to try the product with. Nobody in it is real."""
