"""The steps of the teaching page: each renders one part of the project and emits what a person asks for."""
