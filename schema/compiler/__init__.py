"""From a GraphQL selection to one SQL statement that returns its JSON.

Read in this order: `declare` (what a type's fields are in SQL), `trace` (which variables shape a plan and which only
fill it), `plan` (selection → plan), `write` (plan → SQL), `run` (SQL → bytes).
"""
