"""What a training leaves behind to be read: report, tables of answers, model card, page for a reviewer."""
