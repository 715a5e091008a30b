"""Bundles: files that say what Serra is to know, and how they are sent to a Serra. See docs/bundles.md."""

from infra.bundles.send import import_files

__all__ = ["import_files"]
