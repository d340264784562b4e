"""The pages that a browser opens: front page, show, frame, studio, errors. Rendered from values,
complete without script.

Owns: `templates/`, the built scripts and styles in `static/` (from `frontend/`, not in git). No
table. Invariant: a page holds no inline script and no inline style, and every word on it comes from
the catalog in `kit/messages`.
"""
