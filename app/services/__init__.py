"""What staff do, free of Qt."""
