"""The subcommands, by what they are about. `__main__` gathers them."""
