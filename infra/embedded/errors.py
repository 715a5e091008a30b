"""What goes wrong with the embedded servers, told to the person who started them."""


class EmbeddedError(Exception):
    """The embedded servers cannot run. The message says what is wrong and what to do about it."""
