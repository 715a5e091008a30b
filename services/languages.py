"""The languages that texts may be written in."""

LANGUAGES = (
    "bg", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fi", "fr", "ga", "gl", "hr", "hu", "is",
    "it", "lb", "lt", "lv", "mk", "mt", "nl", "no", "pl", "pt", "rm", "ro", "sk", "sl", "sq", "sr", "sv", "tr", "uk",
)  # fmt: skip
"""ISO 639-1 codes: the official languages of the EU and the EEA, of candidates and neighbours, and regional ones."""
