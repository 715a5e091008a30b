"""Subscriptions: what is followed, how events are read, and the two protocols they are sent over."""
