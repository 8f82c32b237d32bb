"""Who may do what: keys, their scopes and tenants, and the record of who did what."""
