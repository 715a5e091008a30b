"""The benchmark: Serra beside PostGraphile and beside fixed SQL, over the same rows."""
