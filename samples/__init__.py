"""Small documents of our own with the tables that they must give."""
