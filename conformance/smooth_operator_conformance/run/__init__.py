"""Running a corpus on a target: copies, groups, outcomes."""
