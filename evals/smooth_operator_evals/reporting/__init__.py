"""What a run leaves behind: a table on the terminal and three files."""
