"""The domain of Serra: what is stored, who may do what, and nothing about how it travels."""
