"""Changes whose desk is killed with SIGKILL at each step, over real departments, until nothing moves any more."""
