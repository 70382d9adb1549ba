"""The store and the engine under fire: `make crash`, `make store`, `make bits`, `make machine`, `make mutants`."""
