"""A random walk through the life of cases, and what must hold after every step of it."""
