"""The terminal's chat: reads lines, shows turns, answers what the agent asks."""
