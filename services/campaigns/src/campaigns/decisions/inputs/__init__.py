"""What decisions are made from: the rules in force and the customers."""
