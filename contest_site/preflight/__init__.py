"""What keeps a contest from its opening: checks by step, each with its reason and where it is mended."""
