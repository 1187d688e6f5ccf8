"""The language of @tags: a sentence and some pictures in, one picture or an animation out. Pure."""
