"""Who may come in: tokens, sign-in pages, the gate that every call passes. Who a caller is, web.identity tells."""
