"""Answers sent on to others: DICOM structured reports and pictures, tables, documents and pages. No Qt, no torch."""
