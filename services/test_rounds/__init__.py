"""Test rounds with customers: plan, register, run, conclude."""
