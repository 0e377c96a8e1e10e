"""Denials with a known cause: worlds that are made at random, calls as people write them, and one thing put wrong in each.

A plant is a generator. It makes a world good and yields: the call is allowed, over HTTP. It puts one thing wrong and yields
what `countersign diagnose` is to say of the denial. Where the repair is advice and no patch, it goes on and makes the change
that was advised. `trial` does these steps; what it finds otherwise is a mistake of diagnose, of the endpoint, or of a plant.

Everything follows from a number, so that a world that failed is made again by that number.
"""
