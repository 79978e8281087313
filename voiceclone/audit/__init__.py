"""The audit trail: who did what to which voice, when. Ids only: no text, no name, no sound."""
