"""Backends: who makes pictures, and how they are asked. Pure: no Django, no settings, no clock."""
