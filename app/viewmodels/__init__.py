"""What screens show: each view model holds one immutable state and says when it changed."""
