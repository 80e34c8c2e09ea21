"""A hand that closes on solids: rigid bodies with friction and gravity, by MuJoCo."""
