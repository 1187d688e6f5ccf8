"""Recordings out of archives: a ZIP, a tar or a folder in, what it holds out, judged before it is believed. Pure."""
