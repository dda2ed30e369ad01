"""What is known of labelled cases: who and what they are, and on which side each patient is."""
