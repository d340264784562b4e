"""What a merchant's own shop says about its products: files that its people upload or name by
their address, read by `catalog/imports`, compared with what is here, and taken over when they say
so; the pictures that they name are fetched behind them.

Owns: `product_import`, `import_line`, `import_source`, `import_picture`. Invariant: a
comparison changes nothing; of the same file twice the second changes nothing; what an import did
and what it left out stands in its lines.
"""
