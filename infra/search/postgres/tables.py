"""The search index's tables. What Piccolo cannot say, tsvectors and indexes, is in the migration `0004_search.sql`."""

from piccolo.columns import UUID, Array, BigSerial, ForeignKey, OnDelete, Text, Timestamptz, Varchar
from piccolo.table import Table


class SearchThing(Table, tablename="search_thing"):
    """One thing of the network: who may find it, and what it is counted under.

    `tags` are its facets, each as `facet=value`. The key is the index's own and is never seen outside it.
    """

    id = BigSerial(primary_key=True)
    type = Varchar(length=64, null=False)
    thing = UUID(null=False, default=None)
    audience = Array(base_column=Text(), null=False)
    tags = Array(base_column=Text(), null=False)
    written_in = Array(base_column=Text(), null=False)
    listed_at = Timestamptz(null=False, default=None)


class SearchEntry(Table, tablename="search_entry"):
    """By which lexemes a thing is found. Apart from the thing, so that a look-up reads short rows.

    The migration adds four tsvectors: `title`, `terms`, `summary`, and `words` for all of them and the body.
    A lexeme is a folded word and its language: `dienst:nl`.
    """

    thing = ForeignKey(references=SearchThing, on_delete=OnDelete.cascade, primary_key=True, null=False)


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
    """The lexicon: every lexeme of the index, and its stem by its language's stemmer."""

    lexeme = Text(primary_key=True, null=False)
    word = Text(null=False)
    language = Varchar(length=35, null=False)
    stem = Text(null=False)
