"""Pixels: decode, draw, encode. Pure: no Django, no settings, no clock."""
