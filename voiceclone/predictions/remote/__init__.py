"""What a vendor does for us: paid once, never lost.

Nobody can do a thing exactly once over a network that loses answers. What can be had: pay at most once, and finish at
least once. The intent is written down before the request is sent; a request whose outcome is unclear is not sent again,
unless the vendor itself can tell that it is the same one (a clone: by the voice's random ID); whatever costs nothing is
asked as often as need be. `states.py` has the moves, `machine.py` what is done in each state, `courier.py` the threads
that do it, `healing.py` how an unclear outcome becomes clear, `opening.py` how a job begins and what it may cost.
"""
