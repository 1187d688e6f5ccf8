"""HTTP manners shared by every app: errors, identity, preferences, paging, policy, health. No app's rules."""
