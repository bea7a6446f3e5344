"""Everything that can change a case: one function for each thing somebody does."""
