"""What calls cost: the price table, the contracts' own prices, and the cost of a usage in whole numbers."""
