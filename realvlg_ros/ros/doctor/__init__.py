"""The doctor's look at nodes and topics."""
