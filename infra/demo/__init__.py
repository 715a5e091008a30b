"""The demo of Serra: five public cases, a sample network to read and review them, and people to try it as."""
