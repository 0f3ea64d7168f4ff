"""What anyone may see beside a contest's own page, and how a visitor wants pages shown."""
