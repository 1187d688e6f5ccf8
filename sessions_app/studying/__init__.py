"""How changes are shown to people and what their answers come to: orders, outcomes, sensitivity, sheets. Pure."""
