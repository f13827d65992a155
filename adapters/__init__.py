"""How departments are asked: one file a protocol, one manifest a department."""
