"""The laws by subject; each module ends with the tuple of its laws."""
