"""Quality checks of an agent: questions with deterministic graders, a judge, and retrieval."""
