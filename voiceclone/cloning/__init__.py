"""The clone page: a sample and a form become a voice."""
