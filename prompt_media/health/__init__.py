"""What the studio tells of itself: alive, ready, how much, and what is wrong. It looks, and writes
nothing but one small file, seldom, to see that the storage can be written."""
