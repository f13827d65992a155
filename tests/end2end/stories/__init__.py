"""Six calls, each resolved in one call, played through the real window by keyboard against the demo city."""
