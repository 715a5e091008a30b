"""From a GraphQL selection to one SQL statement that returns its JSON.

Read in this order: `sources` and `declare` (what a type's fields are in SQL), `catalogue` (what a schema declares,
checked at start-up), `trace` (which variables shape a plan, and which only fill it), `selection` and `plan` (what goes
in and what comes out), `planner`, `pages`, `paging` and `cursors` (selection → plan), `write` (plan → SQL), `run` (SQL
→ bytes), `bind` (a resolver for each field), `given` (what mutations are given), `short` (the same without an
executor, where an operation has one root field), `ids` (global ids).

One query on its way, as an example:

    query($slug: String!) { case(slug: $slug) { slug owner { kind } } }

1. The operation has one root field, `Query.case`, which carries the source `Lookup({"slug": Filter(…)})`. So `short`
   answers it; with another field beside it graphql-core's executor would call the resolver that `bind` gave each, and
   the same would follow. It looks for a statement of this field and this shape of variables: one string.
2. There is none yet. `trace` replaces the string by its place, `Traced(("slug",))`. The planner names the table of
   `Case` t1, adds its rule, joins the version that it always reads, and puts `$1` where the slug goes. `slug` is a
   `Scalar`, so a `Value`; `owner` a `One`, so a `Row` of its own, with another alias and the rule of `Organisation`.
3. `write` makes one statement of the plan, shortened here. It tells PostgreSQL's row-level security who asks, too:

       select case when set_config('app.keyring', array_to_string($2::text[], ','), true) is not null then (
           select row_to_json(o) from (
               select t1."slug" as "slug", (select row_to_json(o) from (
                   select t3."kind" as "kind" from "organisation" t3 where t3.id = t1."owner") o) as "owner"
               from "case" t1 join "case_version" t2 on t2."case" = t1.id and t2.number = t1.current_number
               where t1.slug = $1::text and case when t1.audience && (select $2::text[]) then true end and …) o
       )::text end

4. `run` fills `$1` from the request's variables and `$2` with the viewer's keyring, and hands the text that comes back
   on as it is; the next request with this document only fills and runs.
"""
