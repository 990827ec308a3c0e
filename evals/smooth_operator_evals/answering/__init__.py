"""Who answers the questions: our server, a script, or a server that runs somewhere."""
