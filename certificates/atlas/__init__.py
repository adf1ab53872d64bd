"""The atlas of maximum margins: a census of finite groups, its table, and the site; loaded on first use."""
