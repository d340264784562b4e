"""What a merchant's own shop says about its products: files that its people upload, read by
`catalog/imports`, compared with what is here, and taken over when they say so.

Owns: `product_import`, `import_line`. Invariant: a comparison changes nothing; of the same file
twice the second changes nothing; what an import did and what it left out stands in its lines.
"""
