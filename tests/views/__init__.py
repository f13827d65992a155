"""Tests of widgets, offscreen."""
