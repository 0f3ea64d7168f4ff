"""What the site does for organisers when a contest is as large as it gets: measured beside its floors."""
