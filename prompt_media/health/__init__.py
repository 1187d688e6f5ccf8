"""What the studio tells of itself: alive, ready, how much, and what is wrong. It looks and changes nothing."""
