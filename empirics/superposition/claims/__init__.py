"""What is said of superposition, each claim beside what is true of it."""
