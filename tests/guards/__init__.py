"""What every test is held to: no stray log line, no network, nobody's home, nothing left running."""
