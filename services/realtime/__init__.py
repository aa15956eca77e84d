"""Every change of a user's tracks and jobs, on one stream."""
