"""A person's own data across all apps: what is kept and why, a copy of it, its erasure, its retention."""
