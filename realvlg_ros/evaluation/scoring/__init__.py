"""What an answer is worth: it is judged against the truth, and judgements are counted."""
