"""The search index's tables. What Piccolo cannot say, tsvectors and indexes, is in `0024_search_ways.sql`.

Who may read what is in the index itself, so that a question never walks through what its asker may not read: neither
an answer nor the time that it takes tells of that.
"""

from piccolo.columns import (
    UUID,
    Array,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    OnDelete,
    Serial,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table


class SearchThing(Table, tablename="search_thing"):
    """One thing of the network, and what it is counted under.

    `tags` are its facets, each as `facet=value`. The key is the index's own and is never seen outside it. `narrowed`:
    somebody may have lost it since it was indexed; triggers set it, in the transaction that takes it from them.
    """

    id = BigSerial(primary_key=True)
    type = Varchar(length=64, null=False)
    thing = UUID(null=False, default=None)
    tags = Array(base_column=Text(), null=False)
    written_in = Array(base_column=Text(), null=False)
    listed_at = Timestamptz(null=False, default=None)
    narrowed = Boolean(null=False, default=False)


class SearchWay(Table, tablename="search_way"):
    """A way to read things: keys of which one must hold all, most often a single one. See `ways.py`."""

    id = Serial(primary_key=True)
    keys = Array(base_column=Text(), null=False)


class SearchEntry(Table, tablename="search_entry"):
    """By which lexemes a thing is found by those who read it in one way.

    The migration adds four tsvectors: `title`, `terms`, `summary`, and `words` for all of them and the body.
    A lexeme is the way, a folded word and its language, `12:dienst:nl`: a reader's look-up meets no other's lexemes.
    """

    id = BigSerial(primary_key=True)
    thing = ForeignKey(references=SearchThing, on_delete=OnDelete.cascade, null=False)
    way = ForeignKey(references=SearchWay, on_delete=OnDelete.cascade, null=False)


class SearchText(Table, tablename="search_text"):
    """What one language says of a thing, for snippets.

    `folded` is the running text as folded words between single spaces, fields apart by `|`, for phrases.
    """

    id = BigSerial(primary_key=True)
    thing = ForeignKey(references=SearchThing, on_delete=OnDelete.cascade, null=False)
    language = Varchar(length=35, null=False)
    title = Text(null=False)
    terms = Text(null=False)
    summary = Text(null=False)
    body = Text(null=False)
    folded = Text(null=False)


class SearchWord(Table, tablename="search_word"):
    """The lexicon: every word of the index in its language, `dienst:nl`, and its stem by that language's stemmer."""

    id = Serial(primary_key=True)
    lexeme = Text(null=False)
    word = Text(null=False)
    language = Varchar(length=35, null=False)
    stem = Text(null=False)


class SearchReach(Table, tablename="search_reach"):
    """Which words of the lexicon are said to those who read in a way. For the others a word is as if it were not."""

    word = Integer(primary_key=True, null=False)
    way = Integer(null=False)
