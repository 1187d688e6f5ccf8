"""The backend that needs no model and no network: it draws what the prompt's words name, in the light of the picture.

The same wish gives the same bytes on any machine. What is added up is whole numbers, because the order in which floats
are summed differs between processors; floats are only added, multiplied and rounded one by one, which IEEE 754 defines
to the bit; sines come from a table that is rounded far coarser than any two machines differ.
"""
