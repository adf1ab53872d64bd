"""Direct sums (tegum products): a partition of the features into blocks with independent spans."""
