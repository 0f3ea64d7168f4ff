"""Item analysis: what the submitted papers of a round tell about its questions."""
