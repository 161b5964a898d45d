"""Cases: from intake to resolution, with a history that only grows."""
