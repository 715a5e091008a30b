"""From a GraphQL selection to one SQL statement that returns its JSON.

Read in this order: `sources` and `declare` (what a type's fields are in SQL), `trace` (which variables shape a plan,
and which only fill it), `plan` (what a plan is), `planner` and `pages` (selection → plan), `write` (plan → SQL), `run`
(SQL → bytes), `bind` (a resolver for each field).
"""
