"""Springvale: a fictional city whose six departments are real, small servers and databases with made-up people."""
