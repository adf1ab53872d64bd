"""Circuits of networks that others trained on a group's multiplication; import from the modules."""
