"""What a replay shows, as standard messages in a bag."""
