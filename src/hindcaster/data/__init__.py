"""Where pandas meets the engine: checked frames, and series that end at the current bar."""
